"""AgentDojo's suites, and environments with injections in them."""

from __future__ import annotations

import contextlib
import copy
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml
from agentdojo.functions_runtime import FunctionCall, FunctionsRuntime
from agentdojo.task_suite.load_suites import get_suites
from agentdojo.task_suite.task_suite import TaskSuite, read_suite_file

VERSION = "v1.2.2"
SUITES = ("workspace", "banking", "slack", "travel")
#: The parser in C where there is one: the same result in a tenth of the time.
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass
class Suite:
    """One suite."""

    name: str
    native: TaskSuite[Any]
    vectors: Mapping[str, str]
    _text: str
    _parsed: dict[tuple[tuple[str, str], ...], Any] = field(default_factory=dict)
    _seen: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def load(cls, name: str) -> Suite:
        """The suite called `name`."""
        native = get_suites(VERSION)[name]
        text = read_suite_file(name, "environment.yaml", native.data_path)
        return cls(name, native, native.get_injection_vector_defaults(), text)

    def environment(self, task: Any, injections: Mapping[str, str]) -> Any:
        """The environment that `task` begins in, with these injections, as AgentDojo makes it."""
        key = tuple(sorted(injections.items()))
        if key not in self._parsed:
            # The same pair is asked for a few times in a row, and parsing is what takes the time.
            self._parsed.clear()
            text = self._text.format(**{**self.vectors, **injections})
            self._parsed[key] = yaml.load(text, _Loader)
        parsed = copy.deepcopy(self._parsed[key])
        return task.init_environment(self.native.environment_type.model_validate(parsed))

    def seen_by(self, task: Any) -> list[str]:
        """The vectors whose text the task's own calls bring before the agent: AgentDojo's own rule."""
        if task.ID not in self._seen:
            marks = {vector: f"<CANARY:{vector}>" for vector in self.vectors}
            environment = self.environment(task, marks)
            runtime = FunctionsRuntime(self.native.tools)
            shown = ""
            for call in task.ground_truth(environment.model_copy(deep=True)):
                result, _ = runtime.run_function(environment, call.function, call.args)
                shown += str(plain(result))
            self._seen[task.ID] = [vector for vector, mark in marks.items() if mark in shown]
        return self._seen[task.ID]

    def succeeded(self, injection: Any, before: Any, after: Any, trace: list[FunctionCall]) -> bool:
        """AgentDojo's own check of whether the attack came through."""
        output = [{"type": "text", "content": ""}]
        with quiet():
            try:
                return bool(
                    self.native._check_injection_task_security(
                        injection, output, before.model_copy(deep=True), after, trace
                    )
                )
            except (KeyError, IndexError):
                # It looks for something that the attack alone would have made.
                return False


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """AgentDojo's checks print what they look for."""
    with contextlib.redirect_stdout(io.StringIO()):
        yield


def plain(value: Any) -> Any:
    """A tool's result as JSON has it."""
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json")
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    return str(value)
