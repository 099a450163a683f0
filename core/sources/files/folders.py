"""Where stored files lie, and their removal."""

import shutil
import time
from pathlib import Path

from core.settings import current

_SPARED_S = 86_400.0


def source_folder(source_id: str) -> Path:
    """The folder of a source's Parquet files."""
    return current().data_dir / "sources" / source_id


def upload_folder() -> Path:
    """Where uploads wait for their import."""
    return current().data_dir / "uploads"


def temporary_folder() -> Path:
    """Where children decode files, and spill what does not fit into memory."""
    return current().data_dir / "temporary"


def remove_files(source_id: str) -> None:
    """Remove the stored files of a source, if there are any."""
    shutil.rmtree(source_folder(source_id), ignore_errors=True)


def remove_leftovers(source_ids: set[str]) -> None:
    """Remove what a process left behind that died: folders of no known source, uploads and spills, when a day old."""
    before = time.time() - _SPARED_S
    kept = {source_folder(source_id) for source_id in source_ids}
    for parent in (current().data_dir / "sources", upload_folder(), temporary_folder()):
        for each in parent.iterdir() if parent.is_dir() else ():
            try:
                if each not in kept and each.stat().st_mtime < before:
                    shutil.rmtree(each) if each.is_dir() else each.unlink()
            except OSError:  # another process was faster
                continue
