"""checkrein: runtime security for AI agents, in your own process.

    from checkrein import Guard

    guard = Guard()
    session = guard.session(user="alice", agent="support-bot")
    session.inspect_input("Please pay the bill in bill.txt", source="user")
    decision = session.authorize_tool_call("send_money", {"recipient": "DE89..."}, call_id="c1")
    if decision.allowed:
        send_money(**decision.arguments)

Three verbs decide: `inspect_input` about what enters the model's context, `authorize_tool_call` about
what the agent does, `inspect_output` about what leaves. Each answers with a `Decision`.
"""

from . import errors
from ._checkrein import __version__
from ._decision import (
    Bundle,
    Controls,
    Decision,
    Fault,
    Finding,
    Obligation,
    Origin,
    PendingApproval,
    PlanDecision,
    Provenance,
    Reason,
)
from ._detect import Asked, Detector, Match, Text
from ._guard import Approver, EnvelopeKey, Guard, Known, User
from ._session import HostResults, Message, Part, PlannedCall, Session
from ._stream import CallStream, OutputStream
from .errors import *  # noqa: F403

__all__ = [
    "Approver",
    "Asked",
    "Bundle",
    "CallStream",
    "Controls",
    "Decision",
    "Detector",
    "EnvelopeKey",
    "Fault",
    "Finding",
    "Guard",
    "HostResults",
    "Known",
    "Match",
    "Message",
    "Obligation",
    "Origin",
    "OutputStream",
    "Part",
    "PendingApproval",
    "PlanDecision",
    "PlannedCall",
    "Provenance",
    "Reason",
    "Session",
    "Text",
    "User",
    "__version__",
    "errors",
]
__all__ += errors.__all__
