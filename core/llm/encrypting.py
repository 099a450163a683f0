"""Keys at rest: Fernet under the operator's secret key, or on a person's own machine under a key file."""

import base64
import contextlib
import json
import os
import secrets
from functools import lru_cache
from pathlib import Path

from core.errors import ConfigError
from core.settings import current

_FILE_NAME = "secret.key"
_SALT = b"whetstone connection keys, version 1"
_UNREADABLE = (
    "The stored key of '{name}' cannot be decrypted, because the secret key is another one than when it was saved. "
    "Set WHETSTONE_SECRET_KEY (or {file}) back to the former one, or enter the connection's key again."
)


def encrypt(key: str, *, connection_id: str, origin: str) -> str:
    """A token that holds the key, and which connection and host it was saved for."""
    from cryptography.fernet import Fernet

    content = json.dumps({"key": key, "id": connection_id, "origin": origin}).encode()
    return Fernet(_fernet_keys(create=True)[0]).encrypt(content).decode()


def decrypt(token: str, *, name: str, connection_id: str, origin: str) -> str:
    """The key.

    Raises:
        ConfigError: the secret key is gone or another one, or the token was saved for another connection or host.
    """
    from cryptography.fernet import Fernet, InvalidToken

    for fernet_key in _fernet_keys(create=False):
        with contextlib.suppress(InvalidToken, ValueError):
            content = json.loads(Fernet(fernet_key).decrypt(token.encode()))
            if (content["id"], content["origin"]) != (connection_id, origin):
                raise ConfigError(
                    f"The key of '{name}' was saved for {content['origin']} and is sent nowhere else. "
                    "Enter the key again on the Connections page."
                )
            return str(content["key"])
    raise ConfigError(_UNREADABLE.format(name=name, file=current().data_dir / _FILE_NAME))


def _fernet_keys(*, create: bool) -> list[bytes]:
    """The keys to try, the one to write with first."""
    settings = current()
    keys = []
    if settings.secret_key is not None and settings.secret_key.get_secret_value():
        keys.append(_derived(settings.secret_key.get_secret_value()))
    elif settings.hosted:
        raise ConfigError(
            "Keys can be stored on a hosted instance only under a secret key. Set WHETSTONE_SECRET_KEY to a long random "
            "text, the same for all processes."
        )
    path = settings.data_dir / _FILE_NAME
    if not settings.hosted and (path.exists() or (create and not keys)):
        keys.append(_file_key(path))
    return keys


@lru_cache(maxsize=8)
def _derived(secret: str) -> bytes:
    from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

    # The salt is fixed: all processes of an instance must arrive at the same key from the variable alone.
    return base64.urlsafe_b64encode(Scrypt(salt=_SALT, length=32, n=2**14, r=8, p=1).derive(secret.encode()))


def _file_key(path: Path) -> bytes:
    try:
        if not path.exists():
            _create(path)
        key = path.read_bytes().strip()
    except OSError as error:
        raise ConfigError(
            f"The key file {path} cannot be used ({error.strerror}). Give this user the right to write there, or set "
            "WHETSTONE_SECRET_KEY."
        ) from error
    if len(key) != 44:
        raise ConfigError(
            f"The key file {path} is damaged. Put the former one back, or delete it and enter the keys again."
        )
    return key


def _create(path: Path) -> None:
    """Write a new key under another name and link it into place, so that of two processes one wins and both read it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(6)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(base64.urlsafe_b64encode(secrets.token_bytes(32)))
        file.flush()
        os.fsync(file.fileno())
    try:
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink()
