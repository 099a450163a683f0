"""One call to make: of a version, of a recorded execution once more, or of two texts as they are."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from core import llm
from core.errors import ConfigError, InputError
from core.library import rendering
from core.library.characters import check_kept
from core.library.content import check_model
from core.library.executions import get_execution
from core.library.templates import get_template
from core.library.variables import recordable, values_for
from core.library.versions import get_version, resolve
from core.library.views import Content, VersionView


@dataclass(frozen=True)
class Call:
    """One call to make. `values` None sends the texts as they are, without rendering.

    `content` holds the version's settings; `overrides` go before them (connection, model, temperature, max_tokens,
    stop, response_schema), and the connection's own defaults come last. `stream` lets the text come piece by piece.
    `normalise` may mend the value of an answer before it is held against the response schema.
    """

    content: Content
    values: Mapping[str, Any] | None
    template_id: str | None = None
    template_name: str | None = None
    version_id: str | None = None
    version_number: int | None = None
    overrides: Mapping[str, Any] = field(default_factory=dict)
    source: str = "python"
    person: str = "someone"
    replay_of: str | None = None
    use_cache: bool = False
    stream: bool = False
    execution_id: str | None = None
    normalise: Callable[[Any], Any] | None = field(default=None, compare=False)


def call_version(session: Session, version: VersionView, values: Mapping[str, Any], **fields: Any) -> Call:
    """A call of this version. `fields` are those of `Call` beside texts and template."""
    template = get_template(session, version.template_id)
    return Call(
        content=version.content,
        values=dict(values),
        template_id=template.id,
        template_name=template.name,
        version_id=version.id,
        version_number=version.number,
        **fields,
    )


def call_reference(session: Session, reference: str, values: Mapping[str, Any], **fields: Any) -> Call:
    """A call of what `name`, `name@label` or `name:3` means now."""
    return call_version(session, resolve(session, reference), values, **fields)


def call_again(session: Session, execution_id: str, *, number: int | None = None, **fields: Any) -> Call:
    """A replay: the raw variables of a recorded execution under a version of its template (default: the one it used).

    A direct call, or one whose template is gone, is sent again as it was.

    Raises:
        InputError: a version is asked for where there is no template.
        NotFoundError: there is no such execution or version.
    """
    past = get_execution(session, execution_id)
    fields.setdefault("overrides", {"connection": past.connection, "model": past.model})
    wanted = number or past.version_number
    if past.template_id and past.variables is not None and wanted:
        version = get_version(session, past.template_id, wanted)
        return call_version(session, version, past.variables, replay_of=past.id, **fields)
    if number:
        raise InputError(
            f"'{past.id}' was a direct call, or its template is gone, so there is no version {number} to replay it under. "
            "Replay it without a version."
        )
    settings = {name: past.settings.get(name) for name in ("temperature", "max_tokens", "response_schema")}
    content = Content(past.system, past.user, stop=tuple(past.settings.get("stop") or ()), **settings)
    return Call(content, None, replay_of=past.id, **fields)


def sent_texts(call: Call) -> tuple[str, str, dict[str, Any] | None]:
    """System prompt and user text as they are sent, and the raw variables as they are recorded.

    Raises:
        PromptRenderError: a variable is missing or has the wrong type, or the template fails.
        InputError: a text or value holds what cannot be kept.
    """
    system, user, variables = call.content.system, call.content.user, None
    if call.values is not None:
        values = values_for(call.content.variables, call.values)
        rendered = rendering.render(system, user, values)
        system, user, variables = rendered.system, rendered.user, recordable(call.values, values)
        for name, value in variables.items():
            check_kept(f"The value of '{name}'", value)
    check_kept("The text", system, user)
    return system, user, variables


def destination(session: Session, call: Call) -> tuple[llm.ConnectionView, str | None]:
    """Where a call goes: the connection, and the model that is asked there; None if no model is set anywhere.

    Raises:
        NotFoundError: there is no such connection.
    """
    connection = llm.get_connection(session, call.overrides.get("connection") or call.content.connection)
    # A version's model is meant for the version's connection; on another one its default model answers.
    at_home = connection.is_default if call.content.connection is None else connection.name == call.content.connection
    return connection, call.overrides.get("model") or (call.content.model if at_home else None) or connection.model


def chat_request(
    call: Call, connection: llm.ConnectionView, model: str | None, system: str, user: str
) -> llm.ChatRequest:
    """What the model service is asked for: overrides first, then the version's settings.

    Raises:
        ConfigError: no model is set anywhere.
    """

    def setting(name: str) -> Any:
        given = call.overrides.get(name)
        return getattr(call.content, name) if given is None else given

    if not model:
        raise ConfigError(
            f"The connection '{connection.name}' has no default model. Choose a model here, or set one on the Connections page."
        )
    check_model(model)
    return llm.ChatRequest(
        system=system,
        user=user,
        model=model,
        temperature=setting("temperature"),
        max_tokens=setting("max_tokens"),
        stop=tuple(setting("stop") or ()),
        response_schema=setting("response_schema"),
        normalise=call.normalise,
    )
