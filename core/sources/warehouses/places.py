"""Where a warehouse is and with what login it is opened. A token goes only to the host that it was given for."""

import re
from typing import Any

from sqlalchemy.orm import Session

from core import llm
from core.errors import ConfigError, InputError
from core.settings import current

_WAREHOUSE_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_HTTP_TIMEOUT_S = 60


def warehouse_options(
    session: Session,
    *,
    host: str | None,
    warehouse_id: str,
    token: str | None,
    token_env: str | None,
    connection: str | None,
    profile: str | None,
    catalog: str | None,
) -> dict[str, Any]:
    """The checked options of a warehouse: host, warehouse_id, catalog, and how its login is found.

    Raises:
        InputError: a field breaks a rule. NotFoundError: no such connection.
    """
    warehouse_id = warehouse_id.strip().rsplit("/", 1)[-1]
    if not _WAREHOUSE_ID.fullmatch(warehouse_id):
        raise InputError(
            "The warehouse id is missing or odd. Copy it from the warehouse's page, such as 1234567890abcdef."
        )
    if sum(bool(each) for each in (token, token_env, connection, profile)) > 1:
        raise InputError("Give one login only: a token, a variable, a connection or a profile.")
    if token_env:
        llm.check_variable(token_env)
    if connection:
        view = llm.get_connection(session, connection)
        if not view.base_url:
            raise InputError(
                f"The connection '{connection}' names no host. Give the warehouse's host or a profile instead."
            )
        own = llm.origin(view.base_url)
        if host and llm.origin(_with_scheme(host)) != own:
            raise InputError(
                f"The key of '{connection}' belongs to {own} and is sent nowhere else. Leave the host out."
            )
        host = own
    if (token or token_env) and not host:
        raise InputError("Give the workspace's host, such as https://adb-1234567890123456.7.azuredatabricks.net.")
    return {
        "host": _checked(host) if host else None,
        "warehouse_id": warehouse_id,
        "catalog": (catalog or "").strip() or None,
        "token_env": token_env or None,
        "connection": connection or None,
        "profile": profile or None,
    }


def token_elsewhere(session: Session, name: str, options: dict[str, Any]) -> str | None:
    """The token of a source that keeps none itself: from its variable or its connection. None: the SDK finds the login.

    Raises:
        ConfigError: the variable is not set, or the connection has no key. NotFoundError: the connection is gone.
    """
    if variable := options.get("token_env"):
        token = llm.environment_key(variable)
        if token is None:
            raise ConfigError(
                f"The token of the source '{name}' is missing: the environment variable {variable} is not set. Set it and "
                "start Whetstone again."
            )
        return token
    if connection := options.get("connection"):
        view = llm.get_connection(session, connection)
        if llm.origin(view.base_url or "") != llm.origin(options["host"]):
            raise ConfigError(
                f"The connection '{connection}' now belongs to another host than the source '{name}'. Add the source again."
            )
        return llm.key_for(view)
    return None


def sdk_config(options: dict[str, Any], token: str | None, name: str) -> Any:
    """The SDK's configuration for this warehouse.

    Raises:
        ConfigError: no login is found, or it is for another workspace. InputError: this instance may not go there.
    """
    from databricks.sdk.config import Config

    more: dict[str, Any] = {"http_timeout_seconds": _HTTP_TIMEOUT_S, "retry_timeout_seconds": _HTTP_TIMEOUT_S}
    if token:
        more |= {"host": options["host"], "token": token, "auth_type": "pat"}
    elif options.get("profile"):
        more["profile"] = options["profile"]
    try:
        config = Config(**more)
    except Exception as error:  # it raises whatever its credential strategies raise
        raise ConfigError(
            f"The source '{name}' has no login: the Databricks SDK finds no credentials ({llm.mask_secrets(str(error))[:200]}). "
            "Run `databricks auth login`, or add the source with a token."
        ) from error
    if not config.host:
        raise ConfigError(f"The Databricks credentials for '{name}' name no workspace. Set DATABRICKS_HOST.")
    if options.get("host") and llm.origin(options["host"]) != llm.origin(config.host):
        raise ConfigError(
            f"The Databricks credentials of this machine are for {config.host}, not for {options['host']}, and are sent "
            "nowhere else. Choose another profile, or add the source with a token."
        )
    _checked(config.host)
    return config


def _checked(host: str) -> str:
    settings = current()
    url = llm.check_base_url(_with_scheme(host), hosted=settings.hosted, allow_private=settings.allow_private_hosts)
    return llm.origin(url)


def _with_scheme(host: str) -> str:
    host = host.strip()
    return host if "://" in host else f"https://{host}"
