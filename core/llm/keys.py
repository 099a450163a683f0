"""Where keys are kept and how one is fetched for a call: the environment, the OS keyring, or encrypted in the row.

A kept key goes only to the host that it was saved for. Nothing here is ever shown beyond its last four characters.
"""

import os
import re
from dataclasses import dataclass

from core.errors import ConfigError, InputError
from core.llm import encrypting
from core.llm.addresses import origin
from core.llm.masking import last_four, remember
from core.llm.views import ConnectionView, KeySource
from core.settings import current

SERVICE = "whetstone"
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}")


@dataclass(frozen=True)
class KeptKey:
    """The columns of a connection that say where its key is."""

    source: KeySource
    ref: str | None = None
    last4: str | None = None
    host: str | None = None


def check_variable(name: str | None) -> str:
    """The name of an environment variable that may hold a key.

    Raises:
        InputError: it is not a name, or one of the workbench's own secrets.
    """
    name = (name or "").strip()
    if not _VARIABLE.fullmatch(name):
        raise InputError("Name the environment variable that holds the key, such as OPENAI_API_KEY.")
    if name.upper().startswith("WHETSTONE_"):
        raise InputError(f"{name} belongs to Whetstone itself and is sent to no service. Name another variable.")
    return name


def keep(source: KeySource, key: str, *, connection_id: str, base_url: str) -> KeptKey:
    """Keep a key in the keyring, or encrypt it for the row.

    Raises:
        InputError: the source cannot be used here.
        ConfigError: there is no keyring, or no secret key.
    """
    host = origin(base_url)
    remember(key)
    if source == "stored":
        token = encrypting.encrypt(key, connection_id=connection_id, origin=host)
        return KeptKey("stored", token, last_four(key), host)
    if current().hosted:
        raise InputError("A hosted instance has no keyring of yours. Store the key encrypted, or name a variable.")
    _keyring_set(connection_id, key)
    return KeptKey("keyring", connection_id, last_four(key), host)


def forget(source: str, ref: str | None) -> None:
    """Take a key out of the keyring, if it is there. Other sources keep nothing outside the row."""
    if source != "keyring" or not ref:
        return
    import keyring
    import keyring.errors

    try:
        keyring.delete_password(SERVICE, ref)
    except keyring.errors.KeyringError:
        return


def environment_key(name: str | None) -> str | None:
    """The key in that variable, None if it is not set or blank. Read at each use, so that a new value takes effect."""
    value = (os.environ.get(name) or "").strip() if name else ""
    return remember(value) if value else None


def key_for(connection: ConnectionView) -> str | None:
    """The key to send to the connection's base URL, None if it has none.

    Raises:
        ConfigError: the variable is not set, the keyring is gone or empty, the stored key cannot be decrypted or was
            saved for another host.
    """
    if connection.key_source == "none":
        return None
    if connection.key_source == "env":
        key = environment_key(connection.key_env)
        if key is None:
            raise ConfigError(
                f"The key of '{connection.name}' is missing: the environment variable {connection.key_env} is not set. "
                "Set it and start Whetstone again, or enter the key on the Connections page."
            )
        return key
    host = origin(connection.base_url or "")
    if connection.key_host != host:
        raise ConfigError(
            f"The key of '{connection.name}' was saved for {connection.key_host} and is sent nowhere else. "
            "Enter the key again on the Connections page."
        )
    if connection.key_source == "stored":
        return remember(
            encrypting.decrypt(connection.key_ref or "", name=connection.name, connection_id=connection.id, origin=host)
        )
    return remember(_keyring_get(connection.name, connection.key_ref or connection.id))


def _keyring_set(entry: str, key: str) -> None:
    import keyring
    import keyring.errors

    try:
        keyring.set_password(SERVICE, entry, key)
    except keyring.errors.KeyringError as error:
        raise ConfigError(
            f"This machine offers no keyring that can be used ({type(error).__name__}). Store the key encrypted instead, "
            "or name an environment variable."
        ) from error


def _keyring_get(name: str, entry: str) -> str:
    import keyring
    import keyring.errors

    try:
        key = keyring.get_password(SERVICE, entry)
    except keyring.errors.KeyringError as error:
        raise ConfigError(
            f"The key of '{name}' is in the keyring, which cannot be read ({type(error).__name__}). Unlock it, or enter "
            "the key again on the Connections page."
        ) from error
    if not key:
        raise ConfigError(f"The key of '{name}' is no longer in the keyring. Enter it again on the Connections page.")
    return key
