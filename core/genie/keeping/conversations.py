"""Conversations that were begun here and are not deleted yet, so that none is left behind by a crash.

`begin_conversation` and `end_conversation` are called from the threads that ask, between requests: each is a short transaction
of its own. Never call them inside one.
"""

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from core.clock import now
from core.db import transaction
from core.db.models import GenieConversation
from core.genie.keeping.inserting import insert_new
from core.genie.views import OpenConversation


def begin_conversation(workspace: str, space_id: str, conversation_id: str, job_id: str | None = None) -> None:
    """Note a conversation that has begun. Noting it again changes nothing."""
    with transaction() as session:
        insert_new(
            session,
            GenieConversation,
            workspace=workspace,
            space_id=space_id,
            conversation_id=conversation_id,
            job_id=job_id,
            created_at=now(),
        )


def end_conversation(workspace: str, space_id: str, conversation_id: str) -> None:
    """It is deleted in the workspace, so nothing is left to do."""
    with transaction() as session:
        session.execute(
            delete(GenieConversation).where(
                GenieConversation.workspace == workspace,
                GenieConversation.space_id == space_id,
                GenieConversation.conversation_id == conversation_id,
            )
        )


def open_conversations(
    session: Session, workspace: str | None = None, *, job_id: str | None = None
) -> tuple[OpenConversation, ...]:
    """Those that are not deleted yet, of all workspaces or one, of all jobs or one; the oldest first."""
    query = select(*(getattr(GenieConversation, name) for name in OpenConversation.__dataclass_fields__))
    if workspace is not None:
        query = query.where(GenieConversation.workspace == workspace)
    if job_id is not None:
        query = query.where(GenieConversation.job_id == job_id)
    rows = session.execute(query.order_by(GenieConversation.created_at, GenieConversation.conversation_id))
    return tuple(OpenConversation(*row) for row in rows)
