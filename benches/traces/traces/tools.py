"""Descriptors of the tools, from the calls that were made: the records hold no schemas."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .data import Calls, Run

_TYPES = {str: "string", bool: "boolean", int: "integer", float: "number", list: "array", dict: "object"}

#: An argument that was given so often, and never more than so many texts, is a choice among them.
_USES, _CHOICES = 20, 4


def described(runs: Iterable[Run]) -> list[dict[str, Any]]:
    """One descriptor a tool: names and JSON types of all arguments that it was ever given."""
    given: dict[str, list[Any]] = {}
    for run in runs:
        for step in run.steps:
            if isinstance(step, Calls):
                given.setdefault(step.tool, []).append(step.arguments)
    return [{"name": name, "parameters": _schema(given[name])} for name in sorted(given)]


def _schema(values: list[Any]) -> dict[str, Any]:
    """A schema that all the values fit."""
    types = sorted({_TYPES[type(value)] for value in values if value is not None})
    if "number" in types and "integer" in types:
        types.remove("integer")
    schema: dict[str, Any] = {"type": types[0] if len(types) == 1 else types} if types else {}
    objects = [value for value in values if isinstance(value, dict)]
    items = [item for value in values if isinstance(value, list) for item in value]
    if items:
        schema["items"] = _schema(items)
    words = [value for value in values if isinstance(value, str)]
    if types == ["string"] and len(words) >= _USES and len(set(words)) <= _CHOICES:
        schema["enum"] = sorted(set(words))
    if objects:
        keys = sorted({key for value in objects for key in value})
        schema["properties"] = {
            key: _schema([value[key] for value in objects if key in value]) for key in keys
        }
        schema["required"] = [key for key in keys if all(key in value for value in objects)]
    return schema
