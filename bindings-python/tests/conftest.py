"""What every test starts from."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from checkrein import Guard, Session

TOOLS = """
[tool.read_file]
effects = ["read"]
owner = { business = "desk" }
arguments.path = { role = "path", type = "path" }

[tool.read_page]
effects = ["read"]
owner = { business = "desk" }

[tool.note]
effects = ["write"]
owner = { business = "desk" }

[tool.send_mail]
effects = ["send"]
owner = { business = "support" }
arguments.to = { role = "destination", type = "email" }
arguments.body = { role = "payload", optional = true }
"""


@pytest.fixture(scope="module")
def guard() -> Iterator[Guard]:
    with Guard(tools=TOOLS) as guard:
        yield guard


@pytest.fixture
def session(guard: Guard) -> Session:
    return guard.session(user="alice")
