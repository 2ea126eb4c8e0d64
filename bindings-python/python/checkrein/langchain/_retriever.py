"""A retriever whose every document is inspected."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict, Field

from .._decision import Decision
from .._session import Session


class GuardedRetriever(BaseRetriever):
    """Wraps a retriever: each document enters the session as `retrieved`; a refused one is left out.

    Its source is the document's metadata `source`, its name `title`.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    inner: BaseRetriever
    session: Session = Field(exclude=True, repr=False)

    def model_post_init(self, context: Any, /) -> None:
        super().model_post_init(context)
        self.session.guard.cover("langchain/retriever")

    def _get_relevant_documents(self, query: str, *, run_manager: Any) -> list[Document]:
        found = self.inner.invoke(query, config={"callbacks": run_manager.get_child()})
        decided = [(document, self.session.inspect_input(**_asked(document))) for document in found]
        return _kept(decided)

    async def _aget_relevant_documents(self, query: str, *, run_manager: Any) -> list[Document]:
        found = await self.inner.ainvoke(query, config={"callbacks": run_manager.get_child()})
        decided = [(document, await self.session.ainspect_input(**_asked(document))) for document in found]
        return _kept(decided)


def _asked(document: Document) -> dict[str, Any]:
    uri, name = document.metadata.get("source"), document.metadata.get("title")
    return {
        "content": document.page_content,
        "source": "retrieved",
        "uri": uri if isinstance(uri, str) else None,
        "name": name if isinstance(name, str) else None,
    }


def _kept(decided: Iterable[tuple[Document, Decision]]) -> list[Document]:
    return [
        document.model_copy(update={"page_content": decision.content})
        for document, decision in decided
        if decision.allowed
    ]
