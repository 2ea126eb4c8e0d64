"""LangChain's messages, as the library reads them and back."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from langchain_core.messages import (
    AIMessage,
    BaseMessage,
    FunctionMessage,
    HumanMessage,
    SystemMessage,
    ToolMessage,
)

from .._decision import Decision, SourceKind
from .._session import Part
from ..errors import MisuseTypeError

#: What stands where content was refused.
WITHHELD = "[withheld by checkrein]"

#: The key of `additional_kwargs` under which some models put their reasoning.
REASONING = "reasoning_content"

BlockKind = Literal["text", "reasoning", "call", "media", "other"]
_KINDS: dict[str, BlockKind] = {
    "text": "text",
    "output_text": "text",
    "input_text": "text",
    "text-plain": "text",
    "reasoning": "reasoning",
    "thinking": "reasoning",
    "tool_call": "call",
    "tool_call_chunk": "call",
    "invalid_tool_call": "call",
    "tool_use": "call",
    "input_json_delta": "call",
    "function_call": "call",
    "redacted_thinking": "call",
    "image": "media",
    "image_url": "media",
    "audio": "media",
    "input_audio": "media",
    "video": "media",
    "file": "media",
    "document": "media",
}


@dataclass(frozen=True, slots=True)
class Block:
    """One block of a message's content, and the key under which its text stands."""

    given: Any
    kind: BlockKind
    key: str = ""

    @property
    def value(self) -> Any:
        """What is inspected."""
        return self.given[self.key] if self.key else self.given

    def holding(self, value: Any) -> Any:
        """The block with another value."""
        return {**self.given, self.key: value} if self.key else value

    def part(self, source: SourceKind, name: str | None) -> Part:
        """The block as a part of a content. What is not text taints, and grounds nothing."""
        if self.kind != "media":
            return {"content": self.value, "source": source, "name": name}
        digest = hashlib.sha256(json.dumps(self.given, sort_keys=True, default=str).encode()).hexdigest()
        media_type = str(self.given.get("mime_type") or self.given["type"])
        return {"media_type": media_type, "sha256": digest, "source": source, "name": name}


def blocks(content: Any) -> list[Block]:
    """The blocks of a message's content; text and unknown ones are read, whatever they are called."""
    if isinstance(content, str):
        return [Block(content, "text")] if content else []
    return [_block(given) for given in content]


def _block(given: Any) -> Block:
    if isinstance(given, str):
        return Block(given, "text")
    kind = _KINDS.get(str(given.get("type")), "other") if isinstance(given, dict) else "other"
    if kind in ("text", "reasoning"):
        key = next((key for key in ("text", "reasoning", "thinking") if isinstance(given.get(key), str)), "")
        # A summary, a signature or the like: what has no text of its own is read as a whole.
        return Block(given, kind if key else "other", key)
    return Block(given, kind)


def rebuilt(given: Any, read: list[Block], decided: Any) -> Any:
    """The content of a message whose blocks were decided about."""
    if isinstance(given, str):
        return decided if isinstance(decided, str) else WITHHELD
    values = [decided] if len(read) == 1 else list(decided)
    pairs = zip(read, values, strict=True)
    return [block.given if block.kind == "media" else block.holding(value) for block, value in pairs]


def source_of(message: BaseMessage, human: SourceKind) -> SourceKind:
    """Where a message comes from, by its type; one of a type that nobody knows is refused."""
    if isinstance(message, HumanMessage):
        # What other middleware made of the conversation is the model's word, not the user's.
        return "model" if message.additional_kwargs.get("lc_source") == "summarization" else human
    if isinstance(message, (ToolMessage, FunctionMessage)):
        return "tool_result"
    if isinstance(message, SystemMessage):
        return "system"
    if isinstance(message, AIMessage):
        return "model"
    raise MisuseTypeError(f"nobody knows where a `{type(message).__name__}` comes from")


def key_of(message: BaseMessage) -> str:
    """What tells a message that was inspected from one that was not.

    A human may say the same twice, so the id counts; others get their ids late, so theirs does not.
    """
    id = message.id if isinstance(message, HumanMessage) else getattr(message, "tool_call_id", None)
    said = [message.type, id, message.content, getattr(message, "status", None)]
    return hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest()


def spoken(message: BaseMessage) -> str:
    """All that a message says to people: its text, its reasoning, and what is neither."""
    read = blocks(message.content)
    text = "".join(block.value for block in read if block.kind == "text")
    thought = "".join(block.value for block in read if block.kind == "reasoning")
    thought += str(message.additional_kwargs.get(REASONING, ""))
    others = [block.value for block in read if block.kind == "other"]
    return json.dumps([text, thought, others], sort_keys=True, default=str)


def refusal(decision: Decision) -> str:
    """What to tell the model: the reasons, whose messages are safe to show."""
    reasons: Iterable[str] = dict.fromkeys(reason.message for reason in decision.reasons)
    said = "; ".join(reasons) or (decision.error.message if decision.error else "policy does not allow it")
    return f"Refused: {said}."
