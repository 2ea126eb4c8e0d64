"""The guard that a host holds, and the approver that the agent's side does not hold."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypedDict

from . import _checkrein
from ._detect import Asked, Detector, Detectors, Match
from ._session import Session
from .errors import MisuseTypeError

if TYPE_CHECKING:
    from types import TracebackType

    from typing_extensions import Self

Scope = Literal["tenant", "agent", "session", "tool", "user"]
StrPath = str | os.PathLike[str]

_DEFAULTS = {"text": 16 * 1024 * 1024, "arguments": 1024 * 1024, "plugin_deadline_ms": 50}


class Known(TypedDict, total=False):
    """What is known to be a user's: one of each, or several."""

    email: str | Sequence[str]
    account: str | Sequence[str]
    name: str | Sequence[str]


class _UserId(TypedDict):
    id: str


class User(_UserId, total=False):
    """For whom an agent works."""

    known: Known
    groups: Sequence[str]
    claims: Mapping[str, Any]
    verified: bool
    trust: Literal["owner", "customer", "anonymous"]


class _Key(TypedDict):
    key: str


class EnvelopeKey(_Key, total=False):
    """A key that guards share: 64 hexadecimal digits, and the best that its envelopes can say."""

    trust: Literal["untrusted", "peer", "trusted"]


class Testing(TypedDict):
    """An injected clock, ms since the epoch, and seed: for tests only, and the start record says so."""

    time_ms: int
    seed: int


class Registered(TypedDict):
    """A tool as it was registered; in `quarantine` stands why it may not be called, if so."""

    id: str
    descriptor: str
    effects: list[str]
    quarantine: str | None
    findings: list[str]


class Restriction(TypedDict):
    """A stop in force."""

    scope: Scope
    id: str
    reason: str
    until_ms: int | None
    by: str
    tenant: str | None


class Layer(TypedDict):
    """One of the bundles that the one in force is made of; `signed_by` is the key, if one had to sign."""

    name: str
    revision: int
    hash: str
    source: str
    signed_by: str | None


class Refused(TypedDict):
    """Why the last bundle that was offered was refused."""

    code: str
    message: str
    at_ms: int


class Status(TypedDict):
    """How a guard is."""

    bundle: dict[str, Any]
    mode: Literal["enforce", "monitor"]
    notices: list[str]
    sessions: int
    pending_approvals: int
    dropped_records: int
    restrictions: list[Restriction]
    covered: list[str]
    layers: list[Layer]
    refused: Refused | None
    watching: bool


class InventoryEntry(TypedDict):
    """One tool, as an auditor asks for it."""

    tool: str
    effects: list[str]
    origin: str
    owner: str | None
    quarantine: str | None
    calls: int
    refused: int
    last_used_ms: int | None
    agents: list[str]


class Check(TypedDict):
    """What became of one canary of `Guard.self_test`."""

    name: str
    ok: bool
    detail: str


class Events(TypedDict):
    """Records since the last call, and how many were lost because nobody asked in time."""

    records: list[str]
    lost: int


class Approval(TypedDict):
    """An approval that waits for an answer."""

    id: str
    digest: str
    tenant: str
    session: str
    user: str
    tool: str
    text: str
    expires_at: int


class Guard:
    """Made once, shared by all threads; a context manager that closes it.

    `Guard()` has the embedded policy, and keeps its audit log in memory.
    """

    def __init__(
        self,
        bundle: StrPath | Sequence[StrPath] | None = None,
        *,
        audit: StrPath | None = None,
        keys: StrPath | None = None,
        durability: Literal["sync", "batched", "async"] | None = None,
        profile: Literal["balanced", "strict"] | None = None,
        mode: Literal["enforce", "monitor"] | None = None,
        human: bool | None = None,
        obligations: Iterable[str] | None = None,
        limits: Mapping[str, int] | None = None,
        tools: StrPath | None = None,
        policy: StrPath | None = None,
        detectors: Iterable[Detector | Callable[[Asked], Iterable[Match]]] = (),
        testing: Testing | None = None,
        envelope_keys: Iterable[EnvelopeKey] | None = None,
        trust: Iterable[str] | None = None,
        state: StrPath | None = None,
        unsure: tuple[int, int] | None = None,
    ) -> None:
        """A guard.

        Args:
            bundle: A directory with policy, tools and settings, or a signed archive of one. Of several, the
                first is the base, and each one is laid over those before it.
            audit: A directory for the audit log; in memory where none is given.
            keys: A directory for keys; `<audit>.keys` where none is given.
            durability: When a record is on disk.
            profile: How strict the embedded policy is, where no bundle says.
            mode: Whether decisions bind, where no bundle says.
            human: Whether a human can be asked; where none is, an ask is a deny.
            obligations: Obligations that the host carries out.
            limits: Limits by name.
            tools: The tools' manifest: its text (TOML), or the path of a file.
            policy: Policy (Cedar): its text, or the path of a file.
            detectors: The host's own detectors: see `Detector`.
            testing: An injected clock and seed.
            envelope_keys: Keys of envelopes that guards share; the first one seals.
            trust: Keys that a bundle must be signed with, one of them: `name+id+base64`.
            state: A directory that keeps the last good bundle and the newest revisions.
            unsure: Between which scores the built-in detectors are unsure, where no bundle says: there
                detectors with `where="unsure"` are due.
        """
        if isinstance(trust, str):
            raise MisuseTypeError("`trust` is a list of keys")
        if isinstance(obligations, str):
            raise MisuseTypeError("`obligations` is a list of ids")
        self._limits = {**_DEFAULTS, **(limits or {})}
        #: The host's own detectors.
        self.detectors = Detectors(detectors, self.limit("plugin_deadline_ms") / 1000)
        #: Whether a verb may wait for something else than this process's own computing.
        self.blocks = bool(self.detectors) or durability == "sync"
        self._native = _checkrein.Guard(
            _given(
                bundle=_paths(bundle),
                audit=audit and os.fspath(audit),
                keys=keys and os.fspath(keys),
                durability=durability,
                profile=profile,
                mode=mode,
                human=human,
                obligations=obligations and list(obligations),
                limits=limits and dict(limits),
                tools=_text(tools),
                policy=_text(policy),
                detectors=[d.name for d in self.detectors.all if d.where == "everywhere"],
                testing=testing,
                envelope_keys=envelope_keys and [dict(key) for key in envelope_keys],
                trust=trust and list(trust),
                state=state and os.fspath(state),
                unsure_detectors=[d.name for d in self.detectors.all if d.where == "unsure"],
                unsure=unsure and list(unsure),
            )
        )

    def session(
        self,
        user: str | User | None = None,
        agent: str | None = None,
        tenant: str | None = None,
        goal: str | None = None,
        id: str | None = None,
        new: bool = False,
        agent_version: str | None = None,
    ) -> Session:
        """Opens a session: a new one, the live one with this id, or a resumed one.

        Of a resumed one nothing is known, so everything in it is taken for untrusted: `restore` it, or say
        that it is `new`.
        """
        native = self._native.session(
            _given(
                user=user,
                agent=agent,
                tenant=tenant,
                goal=goal,
                id=id,
                new=new,
                agent_version=agent_version,
            )
        )
        return Session(self, native)

    def register_tools(self, tools: Any, server: str = "") -> list[Registered]:
        """Registers tools as their server describes them: MCP, OpenAI or JSON Schema descriptors."""
        registered: list[Registered] = self._invoke("register_tools", tools=tools, server=server)
        return registered

    def pin_tool(self, id: str) -> None:
        """Takes a quarantined tool's present descriptor as the reviewed one."""
        self._invoke("pin_tool", id=id)

    def stop(
        self,
        scope: Scope,
        id: str,
        reason: str = "",
        for_ms: int | None = None,
        by: str = "",
        tenant: str | None = None,
    ) -> None:
        """The kill switch: stops a tenant, agent, session, tool or user from the next call on.

        With a `tenant`, for that one alone.
        """
        self._invoke("stop", scope=scope, id=id, reason=reason, for_ms=for_ms, by=by, tenant=tenant)

    def lift(self, scope: Scope, id: str, tenant: str | None = None) -> bool:
        """Lifts a stop. Says whether there was one. Stops of the bundle are the bundle's to lift."""
        return bool(self._invoke("lift", scope=scope, id=id, tenant=tenant))

    def status(self) -> Status:
        """How the guard is: what is in force, what is unusual, what was lost."""
        status: Status = self._invoke("status")
        return status

    def inventory(self) -> list[InventoryEntry]:
        """Every tool: what it can do, who owns it, who used it and when."""
        inventory: list[InventoryEntry] = self._invoke("inventory")
        return inventory

    def self_test(self) -> list[Check]:
        """Drives a canary through each verb."""
        checks: list[Check] = self._invoke("self_test")
        return checks

    def sync(self) -> None:
        """Writes what waits to the audit log, with a checkpoint."""
        self._invoke("sync")

    def drain_events(self) -> Events:
        """Records since the last call. The first call starts the feed."""
        events: Events = self._invoke("drain_events")
        return events

    def records(self) -> list[str]:
        """The records of an audit log in memory, as JSON, oldest first."""
        records: list[str] = self._invoke("records")
        return records

    def verifier(self) -> str:
        """The key that `checkrein audit verify` checks the log with."""
        return str(self._invoke("verifier"))

    def cover(self, path: str) -> None:
        """A wrapper says which path it covers; `status` lists them."""
        self._invoke("cover", id=path)

    def reload(self, archive: bytes | None = None) -> bool:
        """Puts the bundle in force anew, whole, and says whether it is another one.

        Reads it again, or takes a signed `archive` that the host got by its own means. One that is bad is
        refused: that raises, the old one stays, and `status` and the audit log say why.
        """
        given = None if archive is None else base64.b64encode(archive).decode()
        return bool(self._invoke("reload", archive=given))

    def watch(self, interval_ms: int) -> None:
        """Starts to look at the bundle, on a thread of the guard's own; a change is taken at the second look."""
        self._invoke("watch", interval_ms=interval_ms)

    def unwatch(self) -> bool:
        """Ends a watch. Says whether there was one."""
        return bool(self._invoke("unwatch"))

    def advance(self, ms: int) -> None:
        """Moves an injected clock forward."""
        self._invoke("advance", ms=ms)

    def call(self, method: str, request: str) -> str:
        """The JSON interface: a method by name, its request and its answer as JSON text."""
        return self._native.call(method, request)

    def close(self) -> None:
        """Closes the audit log. Every later call fails."""
        self._invoke("close")

    def limit(self, name: str) -> int:
        """The limit called `name`, as it was given."""
        return self._limits[name]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _invoke(self, method: str, **arguments: Any) -> Any:
        return json.loads(self._native.call(method, _given(**arguments)))


class Approver:
    """Answers what waits for a human. Keep it away from the agent's side."""

    def __init__(self, guard: Guard) -> None:
        self._native = _checkrein.Approver(guard._native)

    def pending(self) -> list[Approval]:
        """Approvals that wait for an answer."""
        pending: list[Approval] = json.loads(self._native.call("pending", "{}"))
        return pending

    def approve(
        self, id: str, *, digest: str, approver: str, remember: Literal["values"] | None = None
    ) -> None:
        """Says yes to exactly what was shown: `digest` is that of what was shown.

        With `remember="values"`, its destinations and objects are granted to that tool for the session.
        """
        asked = _given(id=id, digest=digest, approver=approver, remember=remember)
        self._native.call("approve", asked)

    def refuse(self, id: str, *, digest: str, approver: str) -> None:
        """Says no."""
        self._native.call("refuse", _given(id=id, digest=digest, approver=approver))

    def call(self, method: str, request: str) -> str:
        """The JSON interface: a method by name, its request and its answer as JSON text."""
        return self._native.call(method, request)


def _given(**arguments: Any) -> str:
    return _checkrein.to_json({key: value for key, value in arguments.items() if value is not None})


def _paths(given: StrPath | Sequence[StrPath] | None) -> str | list[str] | None:
    if given is None:
        return None
    if isinstance(given, (str, os.PathLike)):
        return os.fspath(given)
    return [os.fspath(path) for path in given]


def _text(given: StrPath | None) -> str | None:
    if given is None or isinstance(given, str):
        return given
    if not isinstance(given, os.PathLike):
        raise MisuseTypeError("`tools` and `policy` are text, or the path of a file")
    return Path(given).read_text(encoding="utf-8")
