"""A chat model whose every answer is inspected, whole or while it streams."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from typing import Any, cast

from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.messages.tool import ToolCallChunk, tool_call_chunk
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable, RunnableBinding
from pydantic import ConfigDict, Field

from .._decision import OutputKind
from .._session import Session
from .._stream import OutputStream
from ..errors import Error, LimitTextError, MisuseTypeError, ValueTypeError
from ._messages import REASONING, WITHHELD, Block, blocks, spoken

#: Keys of `additional_kwargs` that repeat a message's tool calls, which are authorized on their own.
_CALLS = frozenset({"function_call", "tool_calls"})
#: What a wrapped model does itself, in place of the inner one.
_COPIED = frozenset(
    [
        "cache",
        "callbacks",
        "custom_get_token_ids",
        "disable_streaming",
        "metadata",
        "output_version",
        "profile",
        "rate_limiter",
        "tags",
        "verbose",
    ]
)


class GuardedChatModel(BaseChatModel):
    """Wraps a chat model: text goes out as an answer, reasoning as reasoning, tool calls as they are.

    What is neither is held back to the end and inspected as a whole. Nothing of the inner model can be
    reached but what a chat model has.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    inner: BaseChatModel
    session: Session = Field(exclude=True, repr=False)
    #: Names of the tools that the agent runs; calls of others are structured output. All, where not given.
    executable: frozenset[str] | None = None
    audience: tuple[str, ...] | None = None
    #: Told what went out.
    passed: Callable[[str], None] | None = Field(default=None, exclude=True, repr=False)

    @classmethod
    def around(cls, inner: BaseChatModel, session: Session, **options: Any) -> GuardedChatModel:
        """The model around `inner`, for one session."""
        copied = {name: getattr(inner, name) for name in _COPIED if getattr(inner, name, None) is not None}
        session.guard.cover("langchain/model.stream")
        return cls(inner=inner, session=session, **{**copied, **options})

    @property
    def _llm_type(self) -> str:
        return f"checkrein-{self.inner._llm_type}"

    @property
    def _identifying_params(self) -> dict[str, Any]:
        return dict(self.inner._identifying_params)

    def bind_tools(
        self, tools: Sequence[Any], *, tool_choice: str | None = None, **kwargs: Any
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """Binds tools as the inner model does, and keeps the guard around it."""
        bound = self.inner.bind_tools(tools, tool_choice=tool_choice, **kwargs)
        if isinstance(bound, BaseChatModel):
            return self.model_copy(update={"inner": bound})
        if isinstance(bound, RunnableBinding) and isinstance(bound.bound, BaseChatModel):
            guarded = self.model_copy(update={"inner": bound.bound})
            kept = RunnableBinding(bound=guarded, kwargs=bound.kwargs, config=bound.config)
            return cast("Runnable[LanguageModelInput, AIMessage]", kept)
        raise MisuseTypeError(f"`{type(self.inner).__name__}` binds tools in a way that cannot be guarded")

    def _should_stream(self, *, async_api: bool, **kwargs: Any) -> bool:
        return self._streams(async_api) and super()._should_stream(async_api=async_api, **kwargs)

    def _should_use_protocol_streaming(self, *, async_api: bool, **kwargs: Any) -> bool:
        wanted = super()._should_use_protocol_streaming(async_api=async_api, **kwargs)
        return self._streams(async_api) and wanted

    def _streams(self, async_api: bool) -> bool:
        kind = type(self.inner)
        sync = kind._stream is not BaseChatModel._stream
        return sync or (async_api and kind._astream is not BaseChatModel._astream)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: Any = None,
        **kwargs: Any,
    ) -> ChatResult:
        # Without the run manager: the inner model would tell its raw tokens to whoever listens.
        return self._checked(self.inner._generate(messages, stop=stop, **kwargs))

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: Any = None,
        **kwargs: Any,
    ) -> ChatResult:
        result = await self.inner._agenerate(messages, stop=stop, **kwargs)
        if self.session._blocks([generation.message.content for generation in result.generations]):
            return await asyncio.to_thread(self._checked, result)
        return self._checked(result)

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: Any = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        outgoing = _Outgoing(self)
        try:
            for chunk in self.inner._stream(messages, stop=stop, **kwargs):
                yield from outgoing.push(chunk)
            yield outgoing.finish()
        finally:
            outgoing.close()

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: Any = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        outgoing = _Outgoing(self)
        try:
            async for chunk in self.inner._astream(messages, stop=stop, **kwargs):
                for safe in outgoing.push(chunk):
                    yield safe
            yield await asyncio.to_thread(outgoing.finish)
        finally:
            outgoing.close()

    def _checked(self, result: ChatResult) -> ChatResult:
        generations = [
            ChatGeneration(message=self.checked(made.message), generation_info=made.generation_info)
            for made in result.generations
        ]
        return ChatResult(generations=generations, llm_output=result.llm_output)

    def checked(self, message: BaseMessage) -> AIMessage:
        """The message as it may go out."""
        if not isinstance(message, AIMessage):
            raise MisuseTypeError(f"a model answered with a `{type(message).__name__}`")
        content: list[Any] = []
        for block in blocks(message.content):
            if block.kind in ("call", "media"):
                content.append(block.given)
                continue
            said = self.out(block.value, "reasoning" if block.kind == "reasoning" else "answer")
            if said is not None or block.kind != "other":
                content.append(block.holding(WITHHELD if said is None else said))
        extra = {key: self.extra(key, value) for key, value in message.additional_kwargs.items()}
        calls = [
            call if self.runs(call["name"]) else {**call, "args": self.out(call["args"]) or {}}
            for call in message.tool_calls
        ]
        update = {
            "content": "".join(content) if isinstance(message.content, str) else content,
            "additional_kwargs": {key: value for key, value in extra.items() if value is not None},
            "tool_calls": calls,
        }
        checked = message.model_copy(update=update)
        self.tell(spoken(checked))
        return checked

    def runs(self, tool: str | None) -> bool:
        """Whether a call of `tool` is run, and so authorized; else it is structured output."""
        return self.executable is None or tool in self.executable

    def out(self, value: Any, kind: OutputKind = "answer") -> Any:
        """What may go out of a value; `None` where nothing may."""
        decision = self.session.inspect_output(value, kind=kind, audience=self.audience)
        return decision.content if decision.allowed else None

    def extra(self, key: str, value: Any) -> Any:
        """What may go out of one of a message's `additional_kwargs`."""
        if key in _CALLS:
            return value
        try:
            return self.out(value, "reasoning" if key == REASONING else "answer")
        except ValueTypeError:  # what cannot be read does not go out
            return None

    def tell(self, text: str) -> None:
        """Says what went out."""
        if self.passed is not None:
            self.passed(text)


class _Outgoing:
    """An answer on its way out, chunk by chunk."""

    def __init__(self, model: GuardedChatModel) -> None:
        self._model = model
        self._streams: dict[OutputKind, OutputStream] = {}
        self._pieces: dict[OutputKind, list[str]] = {"answer": [], "reasoning": []}
        #: Whether content is a list of blocks, and the last ones of text and reasoning.
        self._last: dict[str, Block] | None = None
        #: What is inspected as a whole at the end, and indexes of calls that are structured output.
        self._held = AIMessageChunk(content=[])
        self._outputs: set[Any] = set()
        self._open = True

    def push(self, chunk: ChatGenerationChunk) -> Iterator[ChatGenerationChunk]:
        """What may go out at once of a chunk."""
        message = chunk.message
        if not isinstance(message, AIMessageChunk):
            raise MisuseTypeError(f"a model streamed a `{type(message).__name__}`")
        content: Any = message.content
        if isinstance(content, str):
            content = self._said("answer", content)
        else:
            content = [held for block in blocks(content) for held in self._block(block)]
        extra, later = {}, {}
        for key, value in message.additional_kwargs.items():
            if key in _CALLS:
                extra[key] = value
            elif key == REASONING and isinstance(value, str):
                extra[key] = self._said("reasoning", value)
            else:
                later[key] = value
        calls: list[ToolCallChunk] = []
        outputs: list[ToolCallChunk] = []
        for call in message.tool_call_chunks:
            if call["name"] and not self._model.runs(call["name"]):
                self._outputs.add(call["index"])
            (outputs if call["index"] in self._outputs else calls).append(call)
        if later or outputs:
            self._held += AIMessageChunk(content=[], additional_kwargs=later, tool_call_chunks=outputs)
        yield _chunk(chunk, message, content, extra, calls)

    def _block(self, block: Block) -> Iterator[Any]:
        self._last = self._last or {}
        if block.kind == "other":
            self._held += AIMessageChunk(content=[block.given])
        elif block.kind in ("call", "media"):
            yield block.given
        else:
            self._last[block.kind] = block
            yield block.holding(self._said("answer" if block.kind == "text" else "reasoning", block.value))

    def _said(self, kind: OutputKind, text: str) -> str:
        if not text:
            return ""
        if kind not in self._streams:
            self._streams[kind] = self._model.session.output_stream(kind=kind, audience=self._model.audience)
        try:
            released = self._streams[kind].push(text)
        except LimitTextError:  # nothing follows, and `finish` says so
            released = ""
        self._pieces[kind].append(released)
        return released

    def _ended(self, kind: OutputKind) -> str:
        stream = self._streams.get(kind)
        if stream is None:
            return ""
        tail = stream.finish() + (WITHHELD if stream.denied else "")
        self._pieces[kind].append(tail)
        return tail

    def finish(self) -> ChatGenerationChunk:
        """What may still go out, and all that was held back."""
        self._open = False
        model, held = self._model, self._held
        thought, said = self._ended("reasoning"), self._ended("answer")
        content: Any = said
        extra = {key: model.extra(key, value) for key, value in held.additional_kwargs.items()}
        if self._last is not None:
            tails = (("reasoning", thought), ("text", said))
            content = [_tail(self._last.get(kind), kind, text) for kind, text in tails if text]
            content += [out for given in held.content if (out := model.out(given)) is not None]
        elif thought:
            extra[REASONING] = thought
        calls = [
            tool_call_chunk(
                name=call["name"], id=call["id"], index=call["index"], args=json.dumps(self._arguments(call))
            )
            for call in held.tool_call_chunks
        ]
        whole: list[Any] = [
            {"type": "text", "text": "".join(self._pieces["answer"])},
            {"type": "reasoning", "reasoning": "".join(self._pieces["reasoning"])},
            *(block.given for block in blocks(content) if block.kind == "other"),
        ]
        model.tell(spoken(AIMessage(content=whole)))
        extra = {key: value for key, value in extra.items() if value is not None}
        message = AIMessageChunk(
            content=content, additional_kwargs=extra, tool_call_chunks=calls, chunk_position="last"
        )
        return ChatGenerationChunk(message=message)

    def _arguments(self, call: ToolCallChunk) -> Any:
        try:
            return self._model.out(json.loads(call["args"] or "{}")) or {}
        except ValueError:  # not JSON: nothing of it goes out
            return {}

    def close(self) -> None:
        """Where nobody listens any more, what went out is recorded all the same."""
        if self._open:
            self._open = False
            for stream in self._streams.values():
                with contextlib.suppress(Error):
                    stream.finish()


def _tail(last: Block | None, kind: str, text: str) -> Any:
    return last.holding(text) if last is not None and last.key else {"type": kind, kind: text}


def _chunk(
    chunk: ChatGenerationChunk,
    message: AIMessageChunk,
    content: Any,
    extra: dict[str, Any],
    calls: list[ToolCallChunk],
) -> ChatGenerationChunk:
    # Made anew: what a chunk derives from its parts would be that of the raw ones.
    made = AIMessageChunk(
        content=content,
        additional_kwargs=extra,
        tool_call_chunks=calls,
        response_metadata=message.response_metadata,
        usage_metadata=message.usage_metadata,
        id=message.id,
        name=message.name,
    )
    return ChatGenerationChunk(message=made, generation_info=chunk.generation_info)
