"""The decision of `authorize_10` beside other policy engines for Python: the same ten rules, the same call.

One line of JSON each, as `bench.py` prints them. What is not installed says so. What the others are given is
what these rules need; they trace no values, count nothing and record nothing.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter_ns as now

from bench import ASKED, arguments, authorize, row, text

TOOLS = 5
#: A payment that the rules allow, one that no rule permits.
SMALL, HUGE = 120, 5000


def measured(name: str, decide: Callable[[int, int], bool]) -> None:
    """Measures `decide(call, amount)`, once it is seen to decide."""
    if not decide(0, SMALL) or decide(0, HUGE):
        raise SystemExit(f"{name} does not decide as the rules say")

    def sample(i: int) -> int:
        began = now()
        allowed = decide(i, SMALL)
        took = now() - began
        if not allowed:
            raise SystemExit(f"{name} refused")
        return took

    row(name, 4000, sample)


def cedar() -> None:
    import cedarpy

    policies = "".join(
        f'permit (principal, action == Action::"pay_{tool}", resource) when {{ context.input.amount <= 1000 }};\n'
        f'forbid (principal, action == Action::"pay_{tool}", resource)\n'
        "when { context.input.amount > 500 && context.rank < 4 };\n"
        for tool in range(TOOLS)
    )
    # Parsed once, as a host would.
    rules, entities = cedarpy.PolicySet.from_str(policies), cedarpy.Entities.from_json_str("[]")

    def decide(i: int, amount: int) -> bool:
        request = {
            "principal": 'User::"alice"',
            "action": 'Action::"pay_0"',
            "resource": 'Tool::"pay_0"',
            "context": {"input": {**arguments(i), "amount": amount}, "rank": 4},
        }
        return bool(cedarpy.is_authorized(request, rules, entities).allowed)

    measured("cedarpy", decide)


def oso() -> None:
    from oso import Oso

    class Call:
        def __init__(self, tool: str, input: dict[str, object], rank: int) -> None:
            self.tool, self.input, self.rank = tool, input, rank

    engine = Oso()
    engine.register_class(Call)
    engine.load_str(
        "allow(_: String, tool: String, call: Call) if permits(tool, call) and not forbids(tool, call);\n"
        + "".join(
            f'permits("pay_{tool}", call: Call) if call.input.get("amount") <= 1000;\n'
            f'forbids("pay_{tool}", call: Call) if call.input.get("amount") > 500 and call.rank < 4;\n'
            for tool in range(TOOLS)
        )
    )

    def decide(i: int, amount: int) -> bool:
        return bool(engine.is_allowed("alice", "pay_0", Call("pay_0", {**arguments(i), "amount": amount}, 4)))

    measured("oso", decide)


def agent_control_spec() -> None:
    from agent_control_spec import AcsInterceptor
    from agent_hooks import AgentContextBuilder

    rules = "package bench\n\nimport rego.v1\n\nargs := input.snapshot.tool_call.args\n\n"
    rules += "".join(
        f'permitted if {{ input.snapshot.tool_call.name == "pay_{tool}"; args.amount <= 1000 }}\n'
        f'forbidden if {{ input.snapshot.tool_call.name == "pay_{tool}"; args.amount > 500; args.rank < 4 }}\n'
        for tool in range(TOOLS)
    )
    rules += 'verdict := {"decision": "allow"} if { permitted; not forbidden } else := {"decision": "deny"}\n'
    manifest = """
agent_control_specification_version: "0.4.0-alpha.1"
metadata: { name: bench }
extends: []
policies:
  bench: { type: rego, bundle: ./policy, query: data.bench.verdict }
intervention_points:
  pre_tool_call:
    policy_target: "$.tool_call.args"
    policy_target_kind: tool_args
    tool_name_from: "$.tool_call.name"
    policy: { id: bench }
tools:
""" + "".join(f"  pay_{tool}: {{ type: Tool, id: pay_{tool} }}\n" for tool in range(TOOLS))
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "policy").mkdir()
        (Path(folder) / "policy/bench.rego").write_text(rules)
        (Path(folder) / "manifest.yaml").write_text(manifest)
        control = AcsInterceptor(str(Path(folder) / "manifest.yaml"))
        context = AgentContextBuilder(agent_id="desk", framework="bench", session_id="s1")

        def decide(i: int, amount: int) -> bool:
            args = {**arguments(i), "amount": amount, "rank": 4}
            verdict = control.intercept(context.pre_tool_call(call_id=f"call-{i}", name="pay_0", args=args))
            return str(getattr(verdict.decision, "value", verdict.decision)) == "allow"

        measured("agent-control-spec", decide)


def main() -> None:
    assert "120 EUR" in ASKED
    authorize(10, text(0, 1000))
    for name, peer in (("cedarpy", cedar), ("oso", oso), ("agent-control-spec", agent_control_spec)):
        try:
            peer()
        except ImportError as error:
            print(json.dumps({"row": name, "language": "python", "absent": str(error)}), flush=True)


if __name__ == "__main__":
    main()
