"""The bundled sample source: made-up tables with planted defects, which `data/samples/ORIGIN.md` lists."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.db import reading
from core.db.models import Source
from core.errors import NotFoundError
from core.settings import ROOT
from core.sources.files.adding import add_files
from core.sources.files.inspection import FileChoice, inspect_file
from core.sources.keeping import view_of
from core.sources.views import SourceView

_FOLDER = ROOT / "data" / "samples"
_NAME = "Sample tables"


def add_sample(session: Session, *, person: str) -> SourceView:
    """Add the bundled tables as a source; the one that is there already is returned.

    Raises:
        NotFoundError: this installation came without them.
    """
    with reading() as looking:  # the session itself is left alone until the files are stored
        present = looking.scalars(select(Source).where(Source.is_sample)).first()
    if present is not None:
        return view_of(present)
    files = sorted(_FOLDER.glob("*.csv"))
    if not files:
        raise NotFoundError(f"There are no sample tables in {_FOLDER}. Install Whetstone with its data folder.")
    choices = [FileChoice(found := inspect_file(path), found.table_name) for path in files]
    return add_files(session, _NAME, choices, person=person, is_sample=True)
