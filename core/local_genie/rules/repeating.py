"""A question that is an example's question, word by word or with other parameters, gets the example's query."""

import re

from core.local_genie.rules.knowledge import Knowledge
from core.local_genie.rules.learning import Example
from core.local_genie.rules.words import tokens
from core.local_genie.writing import Written


def repeat_example(question: str, knowledge: Knowledge) -> Written | None:
    """The example's SQL when the question is the example's; None for every other question."""
    asked = _normal(question)
    for example in knowledge.examples:
        if not example.parameters and _normal(example.question) == asked:
            return Written(example.sql, None, f"The question is the example “{example.question}”.")
        if example.parameters and (values := _parameters(question, example)) is not None:
            return Written(
                _filled(example, values),
                None,
                f"The question is the example “{example.question}” with {', '.join(f'{name} = {value}' for name, value in values.items())}.",
            )
    return None


def _normal(text: str) -> str:
    return " ".join(token.stem for token in tokens(text) if token.kind != "sign")


def _parameters(question: str, example: Example) -> dict[str, str] | None:
    """The parameters' values in the question; None when the rest of the words differs."""
    pattern = re.escape(re.sub(r"\s+", " ", example.question.strip().rstrip("?.!")).casefold())
    asked = re.sub(r"\s+", " ", question.strip().rstrip("?.!"))
    slots: list[str] = []
    for name, (_, default) in example.parameters.items():
        for spelling in (rf":{re.escape(name)}", rf"\{{{re.escape(name)}\}}", re.escape(default)):
            slot = (
                re.escape(spelling.replace("\\", "")).casefold()
                if spelling.startswith((":", "\\{"))
                else spelling.casefold()
            )
            if (slot and re.search(rf"(?<!\w){re.escape(slot)}(?!\w)", pattern)) or (slot and slot in pattern):
                pattern = pattern.replace(slot, f"(?P<{name}>.{{1,80}}?)", 1)
                slots.append(name)
                break
    if len(slots) < len(example.parameters):
        return None
    try:
        match = re.fullmatch(pattern, asked, re.IGNORECASE)
    except re.error:
        return None
    if match is None:
        return None
    return {name: match[name].strip(" '\"“”") for name in slots}


def _filled(example: Example, values: dict[str, str]) -> str:
    sql = example.sql
    for name, value in values.items():
        kind = example.parameters[name][0]
        if kind in (
            "INT",
            "INTEGER",
            "BIGINT",
            "LONG",
            "DOUBLE",
            "DECIMAL",
            "NUMBER",
            "NUMERIC",
            "FLOAT",
        ) and re.fullmatch(r"-?\d+(\.\d+)?", value):
            text = value
        elif kind == "DATE" and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
            text = f"DATE '{value}'"
        else:
            text = "'" + value.replace("'", "''") + "'"
        sql = re.sub(rf"(?<![:\w]):{re.escape(name)}\b", lambda _, text=text: text, sql)
    return sql
