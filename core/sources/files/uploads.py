"""Uploaded bytes on their way to becoming a table: a file below the data folder, whose name is ours."""

import re
from pathlib import Path

from core.clock import new_id
from core.errors import ConfigError
from core.sources.files.folders import upload_folder

_UNSAFE = re.compile(r"[^\w.-]+", re.ASCII)


def save_upload(name: str, data: bytes) -> Path:
    """Keep uploaded bytes until they are added; hand the path to `inspect_file` together with the name.

    Raises:
        ConfigError: the data folder cannot be written.
    """
    plain = _UNSAFE.sub("_", name.replace("\\", "/").rsplit("/", 1)[-1]).lstrip(".")[-80:] or "file"
    path = upload_folder() / f"{new_id('upload')}-{plain}"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    except OSError as error:
        raise ConfigError(
            f"The upload cannot be stored in {path.parent} ({error.strerror}). Free some space, or set WHETSTONE_DATA_DIR to another folder."
        ) from error
    return path


def forget_upload(path: str | Path) -> None:
    """Remove an upload. Other files are left alone."""
    path = Path(path)
    if path.parent == upload_folder():
        path.unlink(missing_ok=True)
