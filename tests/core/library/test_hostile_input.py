"""Input that is meant to break things: refused with a sentence, or kept exactly as it came, on both databases."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select

from core import library, llm
from core.db import reading, transaction
from core.db.models import Execution
from core.errors import InputError, PromptRenderError, PromptTemplateError, PromptValidationError, WorkbenchError
from core.library.characters import kept
from tests.conftest import SERVER_URL
from tests.servers.faulty_model import FaultyModel

HOSTILE = Path(__file__).parents[2] / "hostile"
TRAVERSALS = [line for line in (HOSTILE / "traversal.txt").read_text().split("\n") if line]
EXFILTRATIONS = [
    json.loads(line) % "http://127.0.0.1:9/watched"
    for line in (HOSTILE / "md_exfil.txt").read_text().splitlines()
    if line and not line.startswith("#")
]
UNKEPT = {"NUL": "a\0b", "high half": "a\ud83db", "low half": "\ude00", "a pair of halves": "\ud83d\ude00"}
ODD = {
    "control characters": "bell \x07, escape \x1b[31mred\x1b[0m, delete \x7f, backspace \x08",
    "bidi": "abc\u202etxt.exe \u2066inside\u2069 \u200f",
    "invisible": "zero\u200bwidth\u200djoiner\ufeff\u00ad",
    "line ends": "one\r\ntwo\rthree\u2028four\x85five\x0b\x0csix",
    "beyond the first plane": "😀 𝕏 \U0010ffff",
    "combining": "e\u0301 Z" + "\u0334" * 50,
}
MEGABYTES_5 = "The ferry leaves. " * 280_000


@pytest.fixture(scope="module")
def workbench(shared_workbench):
    return shared_workbench


@pytest.fixture
def template(make_template):
    """One template with the variable `name`, made once for the file."""
    with reading() as session:
        try:
            return library.get_template_by_name(session, "hostile/greeting")
        except PromptTemplateError:
            pass
    return make_template("hostile/greeting", user="{{ name }}")


def sentence(act: Callable[[], object], kind: type[WorkbenchError] = InputError) -> str:
    """What a person reads when `act` is refused; fails if it is not, or not by a whole sentence."""
    with pytest.raises(kind) as caught:
        act()
    text = str(caught.value)
    assert text.endswith((".", "?")) and len(text) < 1000
    text.encode()
    return text


def run(template, value, **fields) -> library.ExecutionView:
    with reading() as session:
        call = library.call_reference(session, template.name, {"name": value}, **fields)
    return library.run(call)


def direct(user: str, system: str = "") -> library.ExecutionView:
    return library.run(library.Call(library.Content(system, user), None))


def create(name: str, user: str = "Hi", **fields) -> library.TemplateView:
    with transaction() as session:
        return library.create_template(session, name, library.Content("", user), person="ann", **fields)


def executions() -> int:
    with reading() as session:
        return session.scalar(select(func.count()).select_from(Execution))


def files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


@pytest.mark.parametrize("payload", TRAVERSALS)
def test_a_path_is_no_template_name_reference_or_label_and_touches_no_file(workbench, template, payload):
    before = files(workbench.data_dir.parent)
    plain = payload.isascii() and payload.replace("_", "").replace("-", "").isalnum() and payload == payload.lower()

    def resolve(reference: str):
        with reading() as session:
            return library.resolve(session, reference)

    def label():
        with transaction() as session:
            return library.move_label(session, template.id, payload, 1, person="ann")

    if plain:  # "aux" and "new" are words like any other here: nothing is kept in files
        assert create(payload).name == payload and resolve(payload).number == 1 and label().name == payload
    else:
        assert payload[:20] in sentence(lambda: create(payload), PromptValidationError) or not payload.isprintable()
        sentence(label, PromptValidationError)
        for reference in (
            payload,
            f"hostile/greeting@{payload}",
            f"hostile/greeting:{payload}",
            f"{payload}@production",
        ):
            sentence(lambda reference=reference: resolve(reference), PromptTemplateError)
    assert files(workbench.data_dir.parent) == before
    assert library.check_name(library.slug(payload))


@pytest.mark.parametrize("payload", TRAVERSALS)
def test_a_path_as_a_datasets_name_is_only_a_name(workbench, payload):
    before = files(workbench.data_dir.parent)
    if len(payload) > 200:
        with transaction() as session:
            sentence(lambda: library.create_dataset(session, payload, person="ann"))
    else:
        with transaction() as session:
            made = library.create_dataset(session, payload, person="ann")
            assert made.name == " ".join(payload.split()) and made in library.list_datasets(session)
    assert files(workbench.data_dir.parent) == before


@pytest.mark.parametrize("kind", ODD)
def test_odd_characters_in_texts_and_values_arrive_and_are_kept_as_they_are(connect, template, kind):
    odd = ODD[kind]
    echo = connect("echo")
    execution = run(template, odd, overrides={"connection": echo})
    assert execution.variables == {"name": odd} and execution.user == odd
    assert json.loads(execution.response)[1]["content"] == odd
    sent = library.run(library.Call(library.Content(odd, odd, connection=echo), None))
    assert (sent.system, sent.user) == (odd, odd)
    assert [message["content"] for message in json.loads(sent.response)] == [odd, odd]


@pytest.mark.parametrize("kind", ODD)
def test_odd_characters_in_a_template_survive_saving_and_are_refused_in_its_name(workbench, kind):
    odd = ODD[kind]
    made = create(f"hostile/{library.slug(kind)}", odd, description=odd, title=f"T {odd}"[:200])
    with reading() as session:
        assert library.resolve(session, made.name).content.user == odd
        assert library.get_template(session, made.id).description == odd.strip()
    sentence(lambda: create(f"x{odd}"), PromptValidationError)


@pytest.mark.parametrize("payload", EXFILTRATIONS)
def test_markup_that_would_fetch_something_is_recorded_as_text(connect, template, payload):
    execution = run(template, payload, overrides={"connection": connect("echo")})
    assert execution.variables == {"name": payload}
    assert json.loads(execution.response)[1]["content"] == execution.user == payload


@pytest.mark.parametrize("kind", UNKEPT)
def test_what_no_database_keeps_is_refused_in_a_value_with_its_name_and_nothing_is_recorded(template, kind):
    before = executions()
    for value in (UNKEPT[kind], [UNKEPT[kind]], {"k": [UNKEPT[kind]]}, {UNKEPT[kind]: 1}):
        assert "name" in sentence(lambda value=value: run(template, value))
    assert executions() == before


@pytest.mark.parametrize("kind", UNKEPT)
def test_a_value_that_the_template_does_not_use_is_held_to_the_same(template, kind):
    with reading() as session:
        call = library.call_reference(session, template.name, {"name": "Ann", "extra": UNKEPT[kind]})
    assert "extra" in sentence(lambda: library.run(call))


@pytest.mark.parametrize("kind", UNKEPT)
def test_what_no_database_keeps_is_refused_in_direct_texts_and_settings(workbench, kind):
    before = executions()
    bad = UNKEPT[kind]
    sentence(lambda: direct(bad))
    sentence(lambda: direct("Hi", bad))
    sentence(lambda: library.run(library.Call(library.Content("", "Hi"), None, overrides={"model": bad})))
    assert executions() == before


@pytest.mark.parametrize("kind", UNKEPT)
def test_what_no_database_keeps_is_refused_wherever_a_template_takes_text(template, kind):
    bad = UNKEPT[kind]
    name = "hostile/refused"
    content = library.Content("", "{{ x }}")
    specs = [library.VariableSpec("x", description=bad), library.VariableSpec("x", default=bad)]
    wrong = [
        replace(content, user=bad),
        replace(content, system=bad),
        replace(content, model=bad),
        replace(content, stop=(bad,)),
        replace(content, response_schema={"description": bad}),
        *(replace(content, variables=(spec,)) for spec in specs),
    ]
    with transaction() as session:
        for each in wrong:
            sentence(lambda each=each: library.create_template(session, name, each, person="ann"), WorkbenchError)
        for fields in ({"title": bad}, {"description": bad}, {"category": bad}, {"tags": (bad,)}):
            sentence(lambda fields=fields: library.create_template(session, name, content, person="ann", **fields))
            known = {"title": "T", "description": "", "category": "c", "tags": ()}
            sentence(
                lambda known=known | fields: library.describe_template(session, template.id, person="ann", **known)
            )
        sentence(
            lambda: library.save_version(
                session, template.id, content, expected_rev=template.rev, person="ann", note=bad
            )
        )
        sentence(lambda: create(bad), PromptValidationError)
    with reading() as session:
        assert library.get_template(session, template.id) == template
        sentence(lambda: library.resolve(session, name), PromptTemplateError)


@pytest.mark.parametrize("kind", UNKEPT)
def test_what_no_database_keeps_is_refused_in_datasets_and_notes(template, kind):
    bad = UNKEPT[kind]
    execution = direct("Hi")
    with transaction() as session:
        sentence(lambda: library.create_dataset(session, bad, person="ann"))
        sentence(lambda: library.create_dataset(session, "fine", person="ann", description=bad))
        dataset = library.create_dataset(session, f"hostile {kind}", person="ann")
        for fields in ({"inputs": {"x": bad}}, {"inputs": {bad: 1}}, {"inputs": {}, "expected": [bad]}):
            sentence(lambda fields=fields: library.add_example(session, dataset.id, person="ann", **fields))
        sentence(lambda: library.add_example(session, dataset.id, {}, person="ann", tags=[bad]))
        sentence(lambda: library.rate_execution(session, execution.id, 3, note=bad))


@pytest.mark.parametrize("kind", UNKEPT)
def test_an_unsaved_edit_is_kept_without_what_cannot_be(template, kind):
    content = library.Content(UNKEPT[kind], "rest", stop=(UNKEPT[kind],))
    with transaction() as session:
        library.keep_edit(session, template.id, "ann", content, base_number=1, base_rev=1)
    with reading() as session:
        edit = library.kept_edit(session, template.id, "ann").content
    assert (edit.system, edit.user, edit.stop) == (kept(UNKEPT[kind]), "rest", (kept(UNKEPT[kind]),))


@pytest.mark.parametrize("kind", UNKEPT)
def test_a_search_for_it_finds_nothing_and_breaks_nothing(workbench, kind):
    with reading() as session:
        found = library.list_executions(session, library.ExecutionFilter(text=f"zebra{UNKEPT[kind]}"))
        assert found.rows == ()
        assert isinstance(library.list_templates(session, library.TemplateFilter(search=UNKEPT[kind])).rows, tuple)


@pytest.mark.parametrize("kind", [kind for kind in UNKEPT if SERVER_URL or kind != "NUL"])
def test_an_id_that_cannot_be_looked_up_is_not_found(workbench, kind):
    for look_up in (library.get_execution, library.get_template, library.get_template_by_name):
        with pytest.raises(WorkbenchError), reading() as session:
            look_up(session, UNKEPT[kind])


@pytest.mark.parametrize("stream", [False, True])
def test_an_answer_with_such_characters_is_paid_for_and_so_is_kept_with_marks_in_their_place(connect, stream):
    with FaultyModel(content="1234\ud83d\ude00 nul \0 half \ud83d.") as model:
        name = connect("ok", base_url=model.url("ok"))
        execution = library.run(library.Call(library.Content("", "Hi", connection=name), None, stream=stream))
    assert execution.status == "completed"
    whole = "1234😀 nul \ufffd half \ufffd."
    # Each piece of a stream is made sound by itself, so that halves that came apart are marked.
    assert execution.response in ((whole, whole.replace("😀", "\ufffd\ufffd")) if stream else (whole,))


def test_a_parsed_answer_with_such_characters_is_kept_too(connect):
    schema = {"type": "object", "properties": {"a": {"type": "string"}}}
    with FaultyModel(content="nul \0 half \ud83d") as model:
        name = connect("ok", base_url=model.url("ok"))
        content = library.Content("", "Answer in JSON", connection=name, response_schema={**schema, "required": ["a"]})
        execution = library.run(library.Call(content, None))
    assert execution.parsed == {"a": "nul \ufffd half \ufffd"}


def test_five_megabytes_as_a_value_run_and_are_recorded_whole(template, connect):
    execution = run(template, MEGABYTES_5, overrides={"connection": connect("ok")})
    assert execution.status == "completed"
    assert execution.user == execution.variables["name"] == MEGABYTES_5
    with reading() as session:
        rows = library.list_executions(session, library.ExecutionFilter(text="ferry leaves")).rows
    assert execution.id in [row.id for row in rows]


def test_five_megabytes_go_to_the_offline_model_too(template):
    execution = run(template, MEGABYTES_5)
    assert execution.status == "completed" and len(execution.response) < 100_000


def test_more_than_can_be_rendered_is_refused_and_more_than_the_service_takes_is_recorded_as_failed(template):
    assert "8 MB" in sentence(lambda: run(template, MEGABYTES_5 * 2), PromptRenderError)
    execution = direct(MEGABYTES_5 * 3)
    assert (execution.status, execution.error_kind) == ("failed", "ServiceError 413")
    assert "10 MB" in execution.error and len(execution.error) < 1000


def test_five_megabytes_as_a_template_are_refused_with_the_way_out(workbench):
    assert "Move the long part into a variable" in sentence(lambda: create("hostile/long", MEGABYTES_5))
    call = library.Call(library.Content("", "{{ x }}" + MEGABYTES_5), {"x": 1})
    assert "Move the long text into a variable" in sentence(lambda: library.run(call))


def test_names_that_are_too_long_for_their_column_are_refused_with_a_sentence(template):
    long = "m" * 201
    content = library.Content("", "Hi")
    for wrong in (replace(content, model=long), replace(content, connection=long)):
        with transaction() as session:
            sentence(lambda wrong=wrong: library.create_template(session, "hostile/long", wrong, person="ann"))
    assert "longer than 200" in sentence(lambda: run(template, "Ann", overrides={"model": long}))
    with transaction() as session:
        for fields in ({"title": long}, {"category": long}, {"tags": (long,)}):
            sentence(
                lambda fields=fields: library.create_template(session, "hostile/x", content, person="ann", **fields)
            )
    with reading() as session:
        assert llm.get_connection(session, None).name == "offline"
