"""What a database error means to a person."""

from sqlalchemy.exc import DBAPIError, OperationalError

from core.errors import ConfigError, ConflictError, InputError, WorkbenchError

_BUSY = (
    "database is locked",
    "database table is locked",
    "database schema is locked",
    "deadlock detected",
    "lock timeout",
)

_SENTENCES = {
    "database or disk is full": "The disk that holds the database is full. Nothing of this change was kept; free some space and try again.",
    "no space left": "The disk that holds the database is full. Nothing of this change was kept; free some space and try again.",
    "readonly database": "The database cannot be written: its file or folder is read-only. Give this user the right to write, or set WHETSTONE_DATA_DIR to another folder.",
    "read-only transaction": "The database accepts no changes: it is read-only. Point WHETSTONE_DATABASE_URL at one that can be written.",
    "unable to open database file": "The database file cannot be opened. Check that the folder exists and can be written, or set WHETSTONE_DATA_DIR to another one.",
    "file is not a database": "The database file is not a SQLite database. Move it away, or set WHETSTONE_DATA_DIR to another folder.",
    "disk image is malformed": "The database file is damaged. Restore it from a backup, or set WHETSTONE_DATA_DIR to another folder.",
    "disk i/o error": "The disk that holds the database reports an error. Check the disk, then start Whetstone again.",
}


def is_busy(error: DBAPIError) -> bool:
    text = str(error.orig).lower()
    return any(words in text for words in _BUSY)


def explain(error: DBAPIError) -> WorkbenchError | None:
    """The sentence for an error of the database that a person or operator can do something about, else None."""
    if is_busy(error):
        return ConflictError("The database is busy with other writers. Nothing was changed; try again.")
    text = str(error.orig).lower()
    if "nul (0x00)" in text or isinstance(error.orig, UnicodeError):
        return InputError("The text holds a character that cannot be looked up or stored. Delete it.")
    for words, sentence in _SENTENCES.items():
        if words in text:
            return ConfigError(sentence)
    if isinstance(error, OperationalError) and (error.connection_invalidated or "connect" in text):
        return ConfigError(
            "The database cannot be reached. Check that it runs, and that WHETSTONE_DATABASE_URL is right."
        )
    return None
