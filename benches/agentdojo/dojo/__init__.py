"""AgentDojo's tasks and attacks, run through checkrein without a model.

The agent is hijacked by construction: it issues the attacker's calls itself, so what is measured is
the guard alone and not whether some model happens to fall for some wording.
"""
