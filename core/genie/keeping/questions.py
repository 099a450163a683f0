"""Questions that people asked, with what came of them."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.clock import new_id, now
from core.db.models import GenieQuestion
from core.errors import NotFoundError
from core.genie.answers import Answer
from core.genie.keeping.wire import table_json, table_of
from core.genie.views import QuestionView
from core.library.characters import kept


def record_question(session: Session, workspace: str, space_id: str, answer: Answer, *, person: str) -> QuestionView:
    """Keep a question with its answer, whatever that was; of its rows the first 200."""
    row = GenieQuestion(
        id=new_id("gq"),
        workspace=workspace,
        space_id=space_id,
        question=kept(answer.question),
        status=kept(answer.status)[:60],
        sql=kept(answer.sql),
        text=kept(answer.text),
        rows=table_json(answer.table),
        failure_kind=answer.failure.kind.value if answer.failure else None,
        sentence=kept(answer.failure.sentence) if answer.failure else "",
        duration_s=answer.duration_s,
        waited_s=answer.waited_s,
        asked_at=now() - timedelta(seconds=answer.duration_s + answer.waited_s),
        asked_by=person,
    )
    session.add(row)
    session.flush()
    return _view(row)


def list_questions(session: Session, workspace: str, space_id: str, limit: int = 20) -> tuple[QuestionView, ...]:
    """What was asked of a space, the newest first."""
    query = select(GenieQuestion).where(GenieQuestion.workspace == workspace, GenieQuestion.space_id == space_id)
    return tuple(map(_view, session.scalars(query.order_by(GenieQuestion.seq.desc()).limit(limit))))


def get_question(session: Session, question_id: str) -> QuestionView:
    """Raises NotFoundError."""
    row = session.scalar(select(GenieQuestion).where(GenieQuestion.id == question_id))
    if row is None:
        raise NotFoundError(f"There is no question '{question_id[:80]}'. Ask it again.")
    return _view(row)


def _view(row: GenieQuestion) -> QuestionView:
    shared = {name: getattr(row, name) for name in QuestionView.__dataclass_fields__ if name != "table"}
    return QuestionView(**shared, table=table_of(row.rows))
