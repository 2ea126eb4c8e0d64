"""checkrein for LangChain 1.x.

    from langchain.agents import create_agent
    from checkrein import Approver, Guard
    from checkrein.langchain import CheckreinMiddleware

    guard = Guard(bundle="policy/", audit="audit/")
    middleware = CheckreinMiddleware(guard, approver=Approver(guard), session={"user": "alice"})
    agent = create_agent(model, tools, middleware=[..., middleware], checkpointer=checkpointer)

The middleware inspects all that the model reads, authorizes each tool call, runs it with the arguments that
were authorized, inspects what it gives, and wraps the model so that nothing leaves unseen, streamed or not.
"""

from ._messages import WITHHELD
from ._middleware import CheckreinMiddleware, CheckreinState
from ._model import GuardedChatModel
from ._retriever import GuardedRetriever

__all__ = ["WITHHELD", "CheckreinMiddleware", "CheckreinState", "GuardedChatModel", "GuardedRetriever"]
