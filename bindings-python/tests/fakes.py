"""A model that says what the script says, and tools that note what they were called with."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from langchain_core.language_models import GenericFakeChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.messages.tool import tool_call, tool_call_chunk
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from langchain_core.tools import BaseTool, StructuredTool
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import Field

KEY = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"


class Scripted(GenericFakeChatModel):
    """Says one message of its script after the other."""

    messages: Iterator[AIMessage | str] = Field(exclude=True)
    #: What it was given to read, call by call, and the names of the tools it was told of.
    read: list[list[BaseMessage]] = Field(default_factory=list)
    told: list[list[str]] = Field(default_factory=list)

    def bind_tools(self, tools: Sequence[Any], *, tool_choice: str | None = None, **kwargs: Any) -> Any:
        self.told.append([convert_to_openai_tool(tool).get("function", tool)["name"] for tool in tools])
        return self.bind(tools=[convert_to_openai_tool(tool) for tool in tools], **kwargs)

    def _generate(self, messages: list[BaseMessage], *args: Any, **kwargs: Any) -> ChatResult:
        self.read.append(list(messages))
        return super()._generate(messages, *args, **kwargs)

    def _stream(
        self, messages: list[BaseMessage], *args: Any, **kwargs: Any
    ) -> Iterator[ChatGenerationChunk]:
        (generation,) = self._generate(messages).generations
        message = generation.message
        assert isinstance(message, AIMessage)
        manager = kwargs.get("run_manager")
        content = [message.content] if isinstance(message.content, str) else message.content
        for at, block in enumerate(content):
            text = block if isinstance(block, str) else str(block.get("text", ""))
            for piece in re.findall(r".{1,7}", text, re.DOTALL) or [""]:
                said: Any = (
                    piece
                    if isinstance(block, str)
                    else [{**block, **({"text": piece} if text else {}), "index": at}]
                )
                chunk = ChatGenerationChunk(message=AIMessageChunk(content=said, id=message.id))
                if manager:  # as many providers' models do
                    manager.on_llm_new_token(piece, chunk=chunk)
                yield chunk
        calls = [
            tool_call_chunk(name=c["name"], args=_json(c["args"]), id=c["id"], index=i)
            for i, c in enumerate(message.tool_calls)
        ]
        extra = message.additional_kwargs
        last = AIMessageChunk(
            content="" if isinstance(message.content, str) else [],
            tool_call_chunks=calls,
            additional_kwargs=extra,
        )
        yield ChatGenerationChunk(message=last)


def _json(value: Any) -> str:
    import json

    return json.dumps(value)


def script(*messages: AIMessage | str) -> Scripted:
    """A model with this script."""
    return Scripted(messages=iter(messages))


def calls(*made: tuple[str, dict[str, Any]], text: str = "", start: int = 1) -> AIMessage:
    """A message that calls tools; ids are `c1`, `c2`, ..."""
    tools = [tool_call(name=name, args=args, id=f"c{n}") for n, (name, args) in enumerate(made, start)]
    return AIMessage(content=text, tool_calls=tools)


class Desk:
    """Tools, and what they were called with."""

    def __init__(self, page: Any = "The canteen opens at noon.") -> None:
        self.page = page
        self.ran: list[tuple[str, dict[str, Any]]] = []

    def tools(self) -> list[BaseTool]:
        def read_page(url: str) -> Any:
            """Reads a page."""
            self.ran.append(("read_page", {"url": url}))
            if isinstance(self.page, Exception):
                raise self.page
            return self.page() if callable(self.page) else self.page

        def send_mail(to: str, body: str = "") -> str:
            """Sends a mail."""
            self.ran.append(("send_mail", {"to": to, "body": body}))
            return "sent"

        def mystery(x: int) -> str:
            """Nobody knows."""
            self.ran.append(("mystery", {"x": x}))
            return f"did {x}"

        made: list[Callable[..., Any]] = [read_page, send_mail, mystery]
        return [StructuredTool.from_function(function) for function in made]


def run(agent: Any, given: Any, config: Any = None, *, is_async: bool = False, **options: Any) -> Any:
    """Invokes an agent, or awaits it."""
    if is_async:
        return asyncio.run(agent.ainvoke(given, config, **options))
    return agent.invoke(given, config, **options)
