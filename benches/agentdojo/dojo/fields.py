"""What the written manifest says of arguments and of fields of results."""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Iterator
from typing import Any

from .host import manifest

Pointer = tuple[str | int, ...]


@functools.cache
def tools(suite: str) -> dict[str, Any]:
    """The manifest's entries."""
    entries: dict[str, Any] = tomllib.loads(manifest(suite))["tool"]
    return entries


def leaves(value: Any, at: Pointer = ()) -> Iterator[tuple[Pointer, Any]]:
    """Each value of a structure that is no structure itself."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from leaves(item, (*at, key))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from leaves(item, (*at, number))
    else:
        yield at, value


def fits(pattern: str, pointer: Pointer) -> bool:
    """Whether a path of the manifest is this pointer."""
    want = re.findall(r"\[\]|[^.\[\]]+", pattern)
    if want[-1:] == ["**"]:
        want = want[:-1]
        pointer = pointer[: len(want)]
    if len(want) != len(pointer):
        return False
    return all(
        w == "*" or (w == "[]" and isinstance(p, int)) or w == p for w, p in zip(want, pointer, strict=True)
    )


def argument(suite: str, tool: str, pointer: Pointer) -> dict[str, Any] | None:
    """What an argument means; an entry for a list governs its items."""
    entries: dict[str, Any] = tools(suite)[tool].get("arguments", {})
    for shorter in range(len(pointer), 0, -1):
        for pattern, entry in entries.items():
            if fits(pattern, pointer[:shorter]):
                return dict(entry)
    return None


def trusted(suite: str, tool: str, result: Any) -> Iterator[tuple[dict[str, Any], Any]]:
    """The trusted fields of a result, with what the manifest says of each."""
    entries: dict[str, Any] = tools(suite)[tool].get("returns", {})
    for pointer, value in leaves(result):
        for pattern, entry in entries.items():
            if entry.get("integrity") == "trusted" and fits(pattern, pointer):
                yield entry, value


def replaced(arguments: Any, pointer: Pointer, value: Any) -> Any:
    """The arguments with another value at one place."""
    if not pointer:
        return value
    first, rest = pointer[0], pointer[1:]
    if isinstance(arguments, dict):
        return {k: replaced(v, rest, value) if k == first else v for k, v in arguments.items()}
    return [replaced(v, rest, value) if k == first else v for k, v in enumerate(arguments)]
