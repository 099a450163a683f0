"""`template …` and `check`."""

import pytest


def test_check_lists_every_template_with_what_runs_and_how_often(cli, create):
    create("greeting", "", "Hello", "--title", "A greeting", "--category", "small talk")
    rows = {row["name"]: row for row in cli("check", "--json").json["templates"]}
    assert "chat_assistant" in rows
    greeting = rows["greeting"]
    assert (greeting["title"], greeting["category"]) == ("A greeting", "small_talk")
    assert greeting["current_version"] == 1
    assert greeting["labels"] == {"production": 1}
    assert (greeting["uses"], greeting["active"]) == (0, True)
    line = next(line for line in cli("check").stdout.splitlines() if line.startswith("greeting "))
    assert line.split() == ["greeting", "A", "greeting", "small_talk", "v1", "production", "v1", "0", "yes"]


def test_create_makes_version_1_with_the_texts_of_the_files_and_their_variables(create):
    made = create("folder/greeting", "Be {{ mood }}.\n", "Greet {{ who }}.\r\n", "--tag", "x", "--tag", "Y")
    version = made["version"]
    assert (made["name"], version["number"], made["labels"]) == ("folder/greeting", 1, {"production": 1})
    assert (version["system"], version["user"]) == ("Be {{ mood }}.", "Greet {{ who }}.")
    assert [spec["name"] for spec in version["variables"]] == ["mood", "who"]
    assert made["tags"] == ["x", "y"]
    assert version["created_by"] == "tess"


def test_create_reads_standard_input_for_a_dash(cli):
    made = cli("template", "create", "piped", "--user-file", "-", "--json", stdin="Say {{ it }}.\n").json
    assert made["version"]["user"] == "Say {{ it }}."


def test_standard_input_cannot_be_both_texts(cli):
    refused = cli("template", "create", "piped", "--user-file", "-", "--system-file", "-", stdin="x")
    assert refused.code == 2
    assert "one text only" in refused.stderr


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xff\xfe\x00", "not UTF-8"),
        (b"text\0text", "binary"),
        (b"x" * 8_000_001, "larger than 8 MB"),
        (b"{{ broken", "line 1"),
        (b"", "empty"),
    ],
    ids=["not-utf8", "nul", "huge", "syntax", "empty"],
)
def test_create_refuses_a_file_that_is_no_template_and_says_why(cli, write, content, said):
    refused = cli("template", "create", "bad", "--user-file", write("bad.txt", content), "--json")
    assert refused.code == 2
    assert said in refused.json["error"]["message"]
    assert cli("template", "show", "bad").code == 2


@pytest.mark.parametrize("path", ["nowhere.txt", "."], ids=["missing", "folder"])
def test_create_refuses_a_path_without_a_file(cli, path):
    refused = cli("template", "create", "bad", "--user-file", path)
    assert refused.code == 2
    assert f"The file {path} cannot be read" in refused.stderr


def test_create_refuses_a_taken_name_and_a_bad_one(cli, create, write):
    create("taken")
    again = cli("template", "create", "taken", "--user-file", write("u", "x"), "--json")
    assert (again.code, again.json["error"]["kind"]) == (2, "ConflictError")
    bad = cli("template", "create", "Not A Name", "--user-file", write("u", "x"), "--json")
    assert (bad.code, bad.json["error"]["kind"]) == (2, "PromptValidationError")


def test_a_byte_order_mark_is_no_part_of_the_text(cli, write):
    made = cli("template", "create", "marked", "--user-file", write("u", "\ufeffHello"), "--json").json
    assert made["version"]["user"] == "Hello"


def test_new_version_keeps_the_text_that_is_not_given_and_becomes_production(cli, create, write):
    create("greeting", "You greet.", "Greet {{ who }}.")
    saved = cli(
        *("template", "new-version", "greeting", "--user-file", write("u", "Hail {{ who }}!")),
        *("--note", "louder", "--json"),
    ).json
    assert saved["version"]["number"] == 2
    assert (saved["version"]["system"], saved["version"]["user"]) == ("You greet.", "Hail {{ who }}!")
    assert saved["version"]["note"] == "louder"
    assert saved["current_version"] == 2


def test_new_version_can_leave_production_alone_and_start_from_an_older_version(cli, create, write):
    create("greeting", "one", "user one")
    cli("template", "new-version", "greeting", "--system-file", write("s", "two"), "--no-production")
    saved = cli(
        *("template", "new-version", "greeting", "--from", "1", "--user-file", write("u", "user three")),
        *("--no-production", "--json"),
    ).json
    assert saved["current_version"] == 1
    assert (saved["version"]["number"], saved["version"]["system"]) == (3, "one")


def test_new_version_refuses_when_nothing_is_given_or_nothing_differs(cli, create, write):
    create("greeting", "", "Hello")
    nothing = cli("template", "new-version", "greeting")
    assert nothing.code == 2
    assert "--user-file" in nothing.stderr
    same = cli("template", "new-version", "greeting", "--user-file", write("u", "Hello"))
    assert same.code == 2
    assert "Nothing differs" in same.stderr


def test_list_filters_and_pages(cli, create):
    for number in range(3):
        create(f"many/{number}", "", f"text {number}", "--tag", "many", "--category", "counting")
    page = cli("template", "list", "--tag", "many", "--limit", "2", "--json").json
    assert (len(page["templates"]), page["total"], page["more"]) == (2, 3, True)
    rest = cli("template", "list", "--tag", "many", "--limit", "2", "--page", "2", "--json").json
    assert (len(rest["templates"]), rest["more"]) == (1, False)
    assert {row["name"] for row in page["templates"] + rest["templates"]} == {"many/0", "many/1", "many/2"}
    assert cli("template", "list", "--category", "counting", "--json").json["total"] == 3
    create("zebra/crossing", "", "text")
    assert [row["name"] for row in cli("template", "list", "--search", "zebra/cross", "--json").json["templates"]] == [
        "zebra/crossing"
    ]
    assert "--page 2" in cli("template", "list", "--tag", "many", "--limit", "2").stdout


def test_show_prints_the_version_that_the_reference_means(cli, create, write):
    create("greeting", "", "first")
    cli("template", "new-version", "greeting", "--user-file", write("u", "second"), "--no-production")
    texts = {ref: cli("template", "show", ref, "--json").json for ref in ("greeting", "greeting@latest", "greeting:2")}
    assert texts["greeting"]["version"]["user"] == "first"
    assert texts["greeting@latest"]["version"]["user"] == "second"
    assert texts["greeting:2"]["version"]["user"] == "second"
    assert [each["number"] for each in texts["greeting"]["versions"]] == [2, 1]
    assert "--- user ---\nsecond" in cli("template", "show", "greeting:2").stdout


def test_label_moves_and_rollback_moves_production_back(cli, create, write):
    create("greeting", "", "first")
    cli("template", "new-version", "greeting", "--user-file", write("u", "second"))
    labelled = cli("template", "label", "greeting", "staging", "2", "--json").json
    assert labelled == {"name": "greeting", "label": "staging", "version": 2, "before": None}
    back = cli("template", "rollback", "greeting", "1", "--json").json
    assert back == {"name": "greeting", "label": "production", "version": 1, "before": 2}
    shown = cli("template", "show", "greeting", "--json").json
    assert shown["labels"] == {"production": 1, "staging": 2}
    assert shown["version"]["user"] == "first"


@pytest.mark.parametrize(
    ("args", "kind"),
    [
        (("greeting", "staging", "9"), "PromptTemplateNotFoundError"),
        (("greeting", "latest", "1"), "PromptValidationError"),
        (("nowhere", "staging", "1"), "PromptTemplateNotFoundError"),
    ],
)
def test_label_refuses_what_cannot_be(cli, create, args, kind):
    create("greeting")
    refused = cli("template", "label", *args, "--json")
    assert (refused.code, refused.json["error"]["kind"]) == (2, kind)


def test_names_and_titles_from_others_cannot_command_the_terminal(cli, create):
    create("greeting", "", "x", "--title", "bell\x07 and \x1b[31mred")
    assert "\x1b" not in cli("check").stdout
    assert "\x07" not in cli("check").stdout
