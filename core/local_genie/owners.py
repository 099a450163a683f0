"""Which servers of a data folder live: each holds the lock of a file of its own for as long as it does.

The system lets go of a lock when its process ends, however that ends, and no other process can have it by chance. A
process number would be given again, and means nothing in another container that shares the folder.
"""

import contextlib
import os
import secrets
from pathlib import Path
from typing import BinaryIO

from core.errors import ConfigError


class Owner:
    """One living server. `name` stands beside what it has under way."""

    def __init__(self, folder: Path) -> None:
        """Raises ConfigError where no file can be made or locked in the folder."""
        self.name = f"{os.getpid()}-{secrets.token_hex(8)}"
        self._folder = folder
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._file = _held(self._path(self.name))
        except OSError as error:
            raise ConfigError(
                f"The local Genie cannot open its lock in {folder} ({error}). Give this user the right to write there, or "
                "choose another data folder."
            ) from error

    def is_gone(self, name: str) -> bool:
        """Whether the server of that name has ended."""
        try:
            with self._path(name).open("rb") as file:
                return _try_lock(file)
        except FileNotFoundError:
            return True
        except OSError:  # cannot be told, and taking over from a living one would be worse than waiting
            return False

    def forget_others(self) -> None:
        """Delete the files of servers that have ended."""
        for path in self._folder.glob("*.lock"):
            with contextlib.suppress(OSError), path.open("r+b") as file:
                if path != self._path(self.name) and _try_lock(file, alone=True):
                    path.unlink()

    def leave(self) -> None:
        """End. May be called again."""
        if not self._file.closed:
            with contextlib.suppress(OSError):  # an open file cannot be deleted everywhere; the next server does
                self._path(self.name).unlink()
            self._file.close()

    def _path(self, name: str) -> Path:
        # a name comes from the database, where older releases wrote others
        return self._folder / f"{''.join(each if each.isalnum() else '-' for each in name)}.lock"


def _held(path: Path) -> BinaryIO:
    """The file, locked by this process alone."""
    while True:
        file = path.open("w+b")
        try:
            _lock(file)
            if path.exists():  # else another server took it for a leftover between the two steps
                return file
        except BaseException:
            file.close()
            raise
        file.close()


if os.name == "nt":
    import msvcrt

    def _lock(file: BinaryIO) -> None:
        msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)

    def _try_lock(file: BinaryIO, *, alone: bool = False) -> bool:
        """Whether nobody holds it; the one that looks does not hold it either."""
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
            msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _lock(file: BinaryIO) -> None:
        fcntl.flock(file, fcntl.LOCK_EX)

    def _try_lock(file: BinaryIO, *, alone: bool = False) -> bool:
        """Whether nobody holds it. Several may look at once, unless `alone`."""
        try:
            fcntl.flock(file, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        except OSError:
            return False
        return True
