"""`template render` and `template test`, and how variables are given."""

import json

import pytest

from core import library
from core.db import transaction


@pytest.fixture
def typed_template(opened):
    """A template with one variable of every type; returns its name."""
    specs = (
        library.VariableSpec("count", "number"),
        library.VariableSpec("polite", "yes_no"),
        library.VariableSpec("items", "list"),
        library.VariableSpec("data", "json"),
        library.VariableSpec("tone", "choice", choices=("warm", "cool")),
    )
    text = "{{ count + 1 }} {{ 'yes' if polite else 'no' }} {{ items|join('+') }} {{ data.a }} {{ tone }}"
    with opened(), transaction() as session:
        library.create_template(session, "typed", library.Content(user=text, variables=specs), person="tess")
    return "typed"


def test_render_prints_both_texts_and_calls_nobody(cli, create):
    create("greeting", "Be {{ mood }}.", "Greet {{ who }}.")
    document = cli("template", "render", "greeting", "--var", "mood=kind", "--var", "who=Ada = Lovelace", "--json").json
    assert document == {"version": 1, "rendered": {"system": "Be kind.", "user": "Greet Ada = Lovelace."}}
    assert cli("template", "render", "greeting", "--var", "mood=a", "--var", "who=b").stdout == (
        "--- system ---\nBe a.\n--- user ---\nGreet b.\n"
    )
    assert cli("executions", "list", "--json").json["executions"] == []


def test_a_value_can_come_from_a_file_exactly_as_it_is(cli, create, write):
    create("echo", "", "[{{ text }}]")
    path = write("long.txt", "two\nlines – ünïcode 😀\n")
    document = cli("template", "render", "echo", "--var", f"text=@{path}", "--json").json
    assert document["rendered"]["user"] == "[two\nlines – ünïcode 😀\n]"


def test_a_value_can_come_from_standard_input_and_can_start_with_an_at_sign(cli, create):
    create("echo", "", "[{{ text }}]")
    piped = cli("template", "render", "echo", "--var", "text=@-", "--json", stdin="piped").json
    assert piped["rendered"]["user"] == "[piped]"
    literal = cli("template", "render", "echo", "--var", "text=@@home", "--json").json
    assert literal["rendered"]["user"] == "[@home]"


@pytest.mark.parametrize(
    ("content", "said"), [(b"\x89PNG\xff", "not UTF-8"), (b"a\0b", "binary"), (b"x" * 8_000_001, "larger than 8 MB")]
)
def test_a_file_that_is_no_text_is_refused_with_its_name(cli, create, write, content, said):
    create("echo", "", "{{ text }}")
    path = write("value.bin", content)
    refused = cli("template", "render", "echo", "--var", f"text=@{path}")
    assert refused.code == 2
    assert path in refused.stderr
    assert said in refused.stderr


def test_a_missing_file_is_refused_with_its_name(cli, create):
    create("echo", "", "{{ text }}")
    refused = cli("template", "render", "echo", "--var", "text=@nowhere.txt")
    assert refused.code == 2
    assert "nowhere.txt cannot be read: No such file" in refused.stderr


def test_all_missing_variables_are_named_at_once(cli, create):
    create("greeting", "Be {{ mood }}.", "Greet {{ who }}.")
    refused = cli("template", "render", "greeting", "--json")
    assert refused.code == 2
    assert "'mood', 'who'" in refused.json["error"]["message"]


def test_an_unknown_variable_is_refused_with_the_names_that_there_are(cli, create):
    create("greeting", "Be {{ mood }}.", "Greet {{ person }}.")
    refused = cli("template", "render", "greeting", "--var", "mood=x", "--var", "persn=Ada")
    assert refused.code == 2
    assert "no variable 'persn'. Did you mean 'person'? It has: mood, person." in refused.stderr
    create("plain", "", "No marks")
    assert "takes no variables" in cli("template", "render", "plain", "--var", "x=1").stderr


@pytest.mark.parametrize("pairs", [["novalue"], ["=x"], ["who=a", "who=b"]], ids=str)
def test_a_pair_that_cannot_be_read_is_refused(cli, create, pairs):
    create("greeting")
    refused = cli("template", "render", "greeting", *(part for pair in pairs for part in ("--var", pair)))
    assert refused.code == 2
    assert "Traceback" not in refused.stderr
    assert any(word in refused.stderr for word in ("--var name=value", "given twice"))


def test_text_becomes_the_variable_s_type(cli, typed_template):
    document = cli(
        *("template", "render", typed_template, "--var", "count=41", "--var", "polite=no", "--var", "items=a\nb"),
        *("--var", 'data={"a": 7}', "--var", "tone=warm", "--json"),
    ).json
    assert document["rendered"]["user"] == "42 no a+b 7 warm"


def test_a_value_of_the_wrong_type_is_refused_with_what_is_expected(cli, typed_template, write):
    values = {"count": "many", "polite": True, "items": [], "data": {}, "tone": "warm"}
    path = write("values.json", json.dumps(values))
    refused = cli("template", "render", typed_template, "--vars-file", path)
    assert refused.code == 2
    assert "'count' needs a number" in refused.stderr


def test_a_vars_file_gives_typed_values_and_var_goes_before_it(cli, typed_template, write):
    values = {"count": 1.5, "polite": True, "items": [1, 2], "data": {"a": None}, "tone": "cool"}
    path = write("values.json", json.dumps(values))
    document = cli("template", "render", typed_template, "--vars-file", path, "--var", "tone=warm", "--json").json
    assert document["rendered"]["user"] == "2.5 yes 1+2 None warm"


@pytest.mark.parametrize("content", ["[1]", "{", '{"who": NaN}', "[" * 100_000, '"text"'], ids=lambda text: text[:12])
def test_a_vars_file_that_is_no_json_object_is_refused(cli, create, write, content):
    create("greeting")
    refused = cli("template", "render", "greeting", "--vars-file", write("values.json", content))
    assert refused.code == 2
    assert "values.json" in refused.stderr


def test_test_passes_for_everything_that_comes_with_whetstone(cli):
    tested = cli("template", "test", "--json")
    assert tested.code == 0, tested.json
    assert tested.json["ok"] is True
    assert "chat_assistant" in {row["name"] for row in tested.json["templates"]}


def test_test_ends_with_1_if_a_template_fails_and_shows_a_row_for_each(cli, create):
    create("good", "", "Hello {{ who }}")
    create("bad", "", "{{ 1 // (count|length - count|length) }}")
    tested = cli("template", "test", "good", "bad", "--json")
    assert tested.code == 1
    assert [(row["name"], row["version"], row["ok"]) for row in tested.json["templates"]] == [
        ("good", 1, True),
        ("bad", 1, False),
    ]
    assert tested.json["templates"][1]["error"]
    readable = cli("template", "test", "good", "bad")
    assert readable.code == 1
    assert "1 of 2 templates render." in readable.stdout


def test_test_of_a_name_that_is_not_there_is_the_caller_s_mistake(cli):
    assert cli("template", "test", "nowhere").code == 2
