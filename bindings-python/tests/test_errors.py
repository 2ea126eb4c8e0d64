"""One exception class for each error kind, with the same code everywhere."""

from __future__ import annotations

import copy
import inspect
import pickle

import checkrein
import pytest
from checkrein import Error, Guard, errors
from checkrein._checkrein import ERROR_KINDS


def classes() -> dict[str, type[Error]]:
    found = inspect.getmembers(checkrein, inspect.isclass)
    return {c.code: c for _, c in found if issubclass(c, Error) and c is not Error}


def test_every_kind_has_its_class() -> None:
    assert {code for code, _ in ERROR_KINDS} == set(classes())
    for code, meaning in ERROR_KINDS:
        kind = classes()[code]
        words = code.replace("/", "_").split("_")
        assert kind.__name__ == "".join(word.capitalize() for word in words) + "Error"
        assert kind.__doc__ == meaning.strip()
        assert kind.__name__ in checkrein.__all__
        assert isinstance(errors.make(code, "m", {}), kind)


@pytest.mark.parametrize("code", [code for code, _ in ERROR_KINDS])
def test_exceptions_survive_pickling(code: str) -> None:
    error = errors.make(code, "something is wrong", {"at": "/to"})
    for twin in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
        assert type(twin) is type(error)
        assert (twin.code, twin.message, twin.context) == (code, "something is wrong", {"at": "/to"})
        assert str(twin) == f"{code}: something is wrong (at: /to)"


def test_native_errors_carry_code_message_and_context() -> None:
    with pytest.raises(checkrein.MisuseArgumentError) as caught:
        Guard(mode="lax")  # type: ignore[arg-type]
    with pytest.raises(checkrein.MisuseArgumentError) as named:
        Guard(limits={"texts": 1})
    error = named.value
    assert error.code == "misuse/argument"
    assert "text" in error.context["known"].split()
    assert isinstance(error, ValueError)
    assert caught.value.code == "misuse/argument"


def test_a_closed_guard_is_misuse() -> None:
    guard = Guard()
    session = guard.session()
    guard.close()
    guard.close()
    with pytest.raises(checkrein.MisuseClosedError):
        session.inspect_output("x")
    with pytest.raises(checkrein.MisuseClosedError):
        guard.session()


def test_a_refusal_is_no_exception(guard: Guard) -> None:
    decision = guard.session().authorize_tool_call("no such/name at all", {})
    assert decision.outcome == "deny"
    assert decision.error is not None and decision.error.code == "tool/name_invalid"
    assert decision.arguments is None


def test_strings_are_no_lists_of_letters(guard: Guard) -> None:
    with pytest.raises(checkrein.MisuseTypeError):
        guard.session().inspect_output("x", audience="bob")
    with pytest.raises(TypeError):
        Guard(obligations="notify")
