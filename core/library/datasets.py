"""Datasets: named sets of examples."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core import activity
from core.clock import new_id, now
from core.db.models import Dataset, Example, Template
from core.errors import ConflictError, InputError, NotFoundError, PromptTemplateNotFoundError
from core.library.characters import check_kept
from core.library.variables import is_json
from core.library.views import DatasetView, ExampleView, Page


def create_dataset(
    session: Session, name: str, *, person: str, description: str = "", template_id: str | None = None
) -> DatasetView:
    """Make an empty dataset.

    Raises:
        InputError: the name is empty or over-long. ConflictError: it is taken.
        PromptTemplateNotFoundError: there is no such template.
    """
    name = " ".join(name.split())
    check_kept("The dataset's name or description", name, description)
    if not 1 <= len(name) <= 200:
        raise InputError("A dataset's name has 1 to 200 characters.")
    if session.scalar(select(Dataset.id).where(Dataset.name == name)):
        raise ConflictError(f"There is a dataset '{name}' already. Choose another name, or add to that one.")
    if template_id is not None and session.scalar(select(Template.id).where(Template.id == template_id)) is None:
        raise PromptTemplateNotFoundError("The template of this dataset is gone. Choose another one, or none.")
    row = Dataset(
        id=new_id("ds"),
        name=name,
        description=description.strip(),
        template_id=template_id,
        created_at=now(),
        created_by=person,
    )
    session.add(row)
    session.flush()
    activity.record(session, person, "created dataset", name, subject_id=row.id)
    return _view(row, 0)


def list_datasets(session: Session, *, template_id: str | None = None) -> list[DatasetView]:
    """By name, with the number of examples in each."""
    counts = select(Example.dataset_id, func.count().label("n")).group_by(Example.dataset_id).subquery()
    query = select(Dataset, func.coalesce(counts.c.n, 0)).outerjoin(counts, counts.c.dataset_id == Dataset.id)
    if template_id is not None:
        query = query.where(Dataset.template_id == template_id)
    return [_view(row, n) for row, n in session.execute(query.order_by(Dataset.name))]


def add_example(
    session: Session,
    dataset_id: str,
    inputs: Mapping[str, Any],
    *,
    person: str,
    expected: Any = None,
    tags: Iterable[str] = (),
    execution_id: str | None = None,
) -> ExampleView:
    """Add one case. `execution_id` says which recorded call it was taken from.

    Raises:
        NotFoundError: there is no such dataset.
        InputError: a value is not JSON (a date, NaN), or cannot be kept.
    """
    tags = sorted(set(tags))
    check_kept("The example", dict(inputs), [expected], tags)
    if not is_json([dict(inputs), expected]):
        raise InputError("The example holds something that is not JSON, such as a date or NaN. Write it as a text.")
    if session.get(Dataset, dataset_id) is None:
        raise NotFoundError("This dataset is gone. Choose another one.")
    row = Example(
        id=new_id("eg"),
        dataset_id=dataset_id,
        inputs=dict(inputs),
        expected=expected,
        tags=tags,
        execution_id=execution_id,
        created_at=now(),
        created_by=person,
    )
    session.add(row)
    session.flush()
    return _example(row)


def list_examples(session: Session, dataset_id: str, *, after: int | None = None, size: int = 50) -> Page[ExampleView]:
    """In the order they were added. `after` is the `seq` of the last row of the page before."""
    query = select(Example).where(Example.dataset_id == dataset_id).order_by(Example.seq).limit(size + 1)
    if after is not None:
        query = query.where(Example.seq > after)
    rows = session.scalars(query).all()
    return Page(tuple(_example(row) for row in rows[:size]), more=len(rows) > size)


def _view(row: Dataset, examples: int) -> DatasetView:
    return DatasetView(row.id, row.name, row.description, row.template_id, examples, row.created_at, row.created_by)


def _example(row: Example) -> ExampleView:
    return ExampleView(row.id, row.seq, row.inputs, row.expected, tuple(row.tags), row.execution_id)
