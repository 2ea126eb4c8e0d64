"""The middleware: what enters an agent, what it does, and what it says."""

from __future__ import annotations

import asyncio
import threading
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import Annotated, Any, cast

from langchain.agents.middleware.types import (
    AgentMiddleware,
    AgentState,
    ExtendedModelResponse,
    ModelCallResult,
    ModelRequest,
    ModelResponse,
    PrivateStateAttr,
    ToolCallRequest,
    hook_config,
)
from langchain_core.messages import AIMessage, BaseMessage, SystemMessage, ToolMessage
from langchain_core.utils.function_calling import convert_to_openai_tool
from langgraph.errors import GraphBubbleUp, GraphInterrupt
from langgraph.types import Command, interrupt
from typing_extensions import NotRequired

from .._decision import Decision, PendingApproval, SourceKind
from .._guard import Approver, Guard
from .._session import Session, _is_large
from ..errors import Error, MisuseArgumentError, MisuseTypeError
from ._live import Live, Table
from ._messages import refusal, spoken
from ._model import GuardedChatModel

#: Faults of what a model wrote: it is told. Every other one is the host's, and ends the run.
_MODELS_FAULT = ("value/", "limit/", "id/", "input/", "tool/")


class CheckreinState(AgentState[Any]):
    """What the middleware keeps in an agent's state. Nobody can give it as input."""

    #: The session's id.
    checkrein_session: NotRequired[Annotated[str, PrivateStateAttr]]
    #: Where each human message came from, by its id.
    checkrein_sources: NotRequired[Annotated[dict[str, SourceKind], PrivateStateAttr]]


class CheckreinMiddleware(AgentMiddleware[CheckreinState, Any, Any]):
    """Guards an agent of `langchain.agents.create_agent`. Put it last in the list of middleware.

    Args:
        guard: The guard.
        approver: Answers an `ask` when a person resumes the run with `{"approve": True, "approver": "name"}`.
            Without it, somebody else has to approve before the run is resumed.
        session: Options of `Guard.session`, or a function of LangGraph's runtime that gives them, or a
            `Session`. One is opened for each thread.
        servers: The server of each tool that has one: its id is `server/name` then.
        register: Whether tools are registered with the guard as the agent describes them.
        provider_tools: Types of tools that the model's provider may run, where no guard sees them.
        audience: Who will read the answers; the session's user, where nothing is said.
    """

    state_schema = CheckreinState

    def __init__(
        self,
        guard: Guard,
        *,
        approver: Approver | None = None,
        session: Session | Mapping[str, Any] | Callable[[Any], Session | Mapping[str, Any]] | None = None,
        servers: Mapping[str, str] | None = None,
        register: bool = True,
        provider_tools: Collection[str] = (),
        audience: Sequence[str] | None = None,
    ) -> None:
        super().__init__()
        self.tools: Sequence[Any] = []
        self._guard, self._approver = guard, approver
        self._servers = dict(servers or {})
        self._register, self._provider_tools = register, frozenset(provider_tools)
        self._audience = None if audience is None else tuple(audience)
        self._table = Table(guard, session)
        self._tools: OrderedDict[str, bool] = OrderedDict()
        self._lock = threading.Lock()
        for path in ("input", "model", "tools"):
            for kind in ("sync", "async"):
                guard.cover(f"langchain/{path}.{kind}")

    # What enters

    @hook_config(can_jump_to=["end"])
    def before_agent(self, state: CheckreinState, runtime: Any) -> dict[str, Any] | None:
        """Opens the session, and inspects what a run starts with."""
        live, opened = self._table.open(state, runtime)
        changes, refused = self._enter(live, state, "user")
        if refused is not None:
            notice = AIMessage(content=refusal(refused))
            live.note(notice)
            return {**opened, **changes, "messages": [*changes.get("messages", []), notice], "jump_to": "end"}
        return {**opened, **changes} or None

    @hook_config(can_jump_to=["end"])
    async def abefore_agent(self, state: CheckreinState, runtime: Any) -> dict[str, Any] | None:
        """`before_agent`, beside the event loop where that takes long."""
        changes: dict[str, Any] | None = await self._beside(
            _contents(state["messages"]), self.before_agent, state, runtime
        )
        return changes

    def before_model(self, state: CheckreinState, runtime: Any) -> dict[str, Any] | None:
        """Inspects messages that came since, and not through a guarded tool."""
        changes, _ = self._enter(self._table.get(state, runtime), state, "agent_message")
        return changes or None

    async def abefore_model(self, state: CheckreinState, runtime: Any) -> dict[str, Any] | None:
        """`before_model`, beside the event loop where that takes long."""
        changes: dict[str, Any] | None = await self._beside(
            _contents(state["messages"]), self.before_model, state, runtime
        )
        return changes

    def _enter(
        self, live: Live, state: CheckreinState, human: SourceKind
    ) -> tuple[dict[str, Any], Decision | None]:
        known = dict(state.get("checkrein_sources", {}))
        changed, sources, refused = live.admit(state["messages"], human, known)
        changes: dict[str, Any] = {}
        if changed:
            changes["messages"] = changed
        if sources != known:
            changes["checkrein_sources"] = sources
        return changes, refused

    # What the model reads and says

    def wrap_model_call(
        self, request: ModelRequest[Any], handler: Callable[[ModelRequest[Any]], ModelResponse[Any]]
    ) -> ModelCallResult[Any]:
        """Inspects what is left of what the model reads, and guards what it says."""
        live, guarded = self._guarded(request)
        return self._answered(live, guarded, handler(guarded))

    async def awrap_model_call(
        self,
        request: ModelRequest[Any],
        handler: Callable[[ModelRequest[Any]], Awaitable[ModelResponse[Any]]],
    ) -> ModelCallResult[Any]:
        """`wrap_model_call` for asyncio."""
        asked = [*_contents(request.messages), *_contents([request.system_message])]
        live, guarded = await self._beside(asked, self._guarded, request)
        response = await handler(guarded)
        said = _contents(_result(response))
        answered: ModelCallResult[Any] = await self._beside(said, self._answered, live, guarded, response)
        return answered

    def _guarded(self, request: ModelRequest[Any]) -> tuple[Live, ModelRequest[Any]]:
        state: Any = request.state
        live = self._table.get(state, request.runtime)
        messages = live.seen(request.messages, "agent_message", state.get("checkrein_sources", {}))
        tools = [tool for tool in request.tools if self._known(tool)]
        names = frozenset(name for tool in tools if (name := _function(tool).get("name")))
        model = GuardedChatModel.around(
            request.model, live.session, executable=names, audience=self._audience, passed=live.passed
        )
        system = request.system_message
        if system is not None:
            (read,) = live.seen([system], "system", {})
            system = read if isinstance(read, SystemMessage) else system
        guarded: Any = request.override(model=model, messages=messages, tools=tools, system_message=system)
        return live, guarded

    def _answered(self, live: Live, guarded: ModelRequest[Any], response: Any) -> ModelCallResult[Any]:
        """The response, with whatever did not come out of the guarded model inspected."""
        model = guarded.model
        if not isinstance(model, GuardedChatModel):
            raise MisuseTypeError("the guarded model was replaced")
        messages = []
        for message in _result(response):
            if isinstance(message, AIMessage) and not live.went_out(spoken(message)):
                message = model.checked(message)
            live.note(message)
            messages.append(message)
        if isinstance(response, AIMessage):
            return cast(AIMessage, messages[0])
        answer = response.model_response if isinstance(response, ExtendedModelResponse) else response
        answer.result = messages
        return cast("ModelResponse[Any]", response)

    def _known(self, tool: Any) -> bool:
        """Whether the model may read of `tool`; registers it where it is new."""
        function = _function(tool)
        if not function:
            kind = tool.get("type") if isinstance(tool, dict) else type(tool).__name__
            if kind in self._provider_tools:
                return True
            raise MisuseArgumentError(
                f"the tool `{kind}` is run where no guard sees it", {"known": "provider_tools"}
            )
        if not self._register:
            return True
        key = repr(sorted(function.items(), key=str))
        with self._lock:
            if key not in self._tools:
                self._tools[key] = self._registered(function)
                while len(self._tools) > 4096:
                    self._tools.popitem(last=False)
            return self._tools[key]

    def _registered(self, function: dict[str, Any]) -> bool:
        server = self._servers.get(str(function.get("name")), "")
        try:
            entries = self._guard.register_tools([{"type": "function", "function": function}], server)
        except Error as error:
            if error.code.startswith("tool/"):
                return False  # no call of it would be allowed, so nothing of it is shown
            raise
        return all(entry["quarantine"] is None for entry in entries)

    # What it does

    def wrap_tool_call(
        self,
        request: ToolCallRequest,
        handler: Callable[[ToolCallRequest], ToolMessage | Command[Any]],
    ) -> ToolMessage | Command[Any]:
        """Authorizes a call, runs what was authorized, and inspects what comes back."""
        before = self._authorized(request)
        if isinstance(before, ToolMessage):
            return before
        live, decision, allowed = before
        try:
            result = handler(allowed)
        except GraphBubbleUp:
            live.suspend(decision.id)
            raise
        except Exception as error:
            live.failed(request.tool_call, error)
            raise
        read: ToolMessage | Command[Any] = live.returned(request.tool_call, result)
        return read

    async def awrap_tool_call(
        self,
        request: ToolCallRequest,
        handler: Callable[[ToolCallRequest], Awaitable[ToolMessage | Command[Any]]],
    ) -> ToolMessage | Command[Any]:
        """`wrap_tool_call` for asyncio."""
        before = await self._beside(request.tool_call["args"], self._authorized, request)
        if isinstance(before, ToolMessage):
            return before
        live, decision, allowed = before
        try:
            result = await handler(allowed)
        except GraphBubbleUp:
            live.suspend(decision.id)
            raise
        except Exception as error:
            await self._beside(str(error), live.failed, request.tool_call, error)
            raise
        content = result.content if isinstance(result, ToolMessage) else result
        read: ToolMessage | Command[Any] = await self._beside(
            content, live.returned, request.tool_call, result
        )
        return read

    def _authorized(self, request: ToolCallRequest) -> ToolMessage | tuple[Live, Decision, ToolCallRequest]:
        call = request.tool_call
        live = self._table.get(request.state, request.runtime)
        try:
            decision = self._asked(live, call)
            if decision.arguments is None:
                return live.refused(call, refusal(decision))
            if not live.resumes(decision.id):
                live.session.start(decision)
        except Error as error:
            if error.code.startswith(_MODELS_FAULT):
                return live.refused(call, f"Refused: {error.message}.")
            if error.code in ("decision/stale", "session/stopped"):
                return live.refused(call, f"Refused: {error.message}.")
            raise
        # The tool gets the decision's own arguments, not the object that the model's message holds.
        args: dict[str, Any] = decision.arguments
        return live, decision, request.override(tool_call={**call, "args": args})

    def _asked(self, live: Live, call: Any) -> Decision:
        """The decision about a call, after a person was asked where that has to be."""
        server = self._servers.get(call["name"])
        tool = f"{server}/{call['name']}" if server else call["name"]
        turn = 0
        while True:
            decision = live.session.authorize_tool_call(tool, call["args"], call_id=call["id"])
            pending = decision.approval
            if pending is None:
                return decision
            answer = self._ask(live, call, pending, tool, turn)
            if not isinstance(answer, dict) or answer.get("approve") is not True:
                if self._approver is None:
                    return decision
                who = str(answer.get("approver") or "somebody") if isinstance(answer, dict) else "somebody"
                self._approver.refuse(pending.id, digest=pending.digest, approver=who)
                return live.session.authorize_tool_call(tool, call["args"], call_id=call["id"])
            # Whoever resumes a run answers what was shown. That is known here, or said by them.
            shown = answer.get("digest", live.shown(call["id"], turn))
            turn += 1
            if shown != pending.digest:
                continue
            if self._approver is not None:
                name, remember = str(answer.get("approver", "")), answer.get("remember")
                self._approver.approve(pending.id, digest=shown, approver=name, remember=remember)
            return live.session.authorize_tool_call(tool, call["args"], call_id=call["id"])

    def _ask(self, live: Live, call: Any, pending: PendingApproval, tool: str, turn: int) -> Any:
        shown = {"approval": pending.id, "digest": pending.digest, "expires_at": pending.expires_at}
        try:
            return interrupt({**shown, "tool": tool, "call_id": call["id"], "text": pending.text})
        except GraphInterrupt:
            live.show(call["id"], turn, pending.digest)
            raise

    async def _beside(self, size: Any, work: Callable[..., Any], *arguments: Any) -> Any:
        """Does `work`, on another thread where it may take long."""
        if self._guard.blocks or _is_large(size):
            return await asyncio.to_thread(work, *arguments)
        return work(*arguments)


def _contents(messages: Sequence[BaseMessage | None]) -> list[Any]:
    return [message.content for message in messages if message is not None]


def _result(response: Any) -> list[BaseMessage]:
    if isinstance(response, AIMessage):
        return [response]
    answer = response.model_response if isinstance(response, ExtendedModelResponse) else response
    if not isinstance(answer, ModelResponse):
        raise MisuseTypeError(f"a model call gave a `{type(answer).__name__}`")
    return list(answer.result)


def _function(tool: Any) -> dict[str, Any]:
    """How a tool is described to the model; nothing for one that the provider runs."""
    described = convert_to_openai_tool(tool) if not _by_provider(tool) else {}
    function: dict[str, Any] = described.get("function", {})
    return function


def _by_provider(tool: Any) -> bool:
    if not isinstance(tool, dict):
        return False
    shapes = ("function", "input_schema", "parameters", "properties")
    return tool.get("type") not in (None, "function", "object") or not any(shape in tool for shape in shapes)
