"""Honest runs of real agents, replayed through checkrein call by call.

Nobody attacks here: whatever is denied, changed or asked about is a price that honest users pay.
"""
