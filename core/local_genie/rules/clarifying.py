"""What the writer says beside SQL: a question back when it understood nothing, and how it read what it understood."""

from collections.abc import Sequence

from core.local_genie.rules.knowledge import Knowledge
from core.local_genie.rules.reading import Reading


def clarify(knowledge: Knowledge, unknown: Sequence[str]) -> str:
    """A question back that says what was not understood and what can be asked about."""
    names = [" ".join(table.words) for table in knowledge.schema]
    about = ", ".join(names[:8]) + (" and more" if len(names) > 8 else "")
    words = list(dict.fromkeys(word if len(word) <= 40 else f"{word[:40]}…" for word in unknown[:5]))
    missed = ", ".join(f"“{word}”" for word in words)
    verb = "means" if len(words) == 1 else "mean"
    start = f"I do not know what {missed} {verb} here. " if missed else "I did not understand the question. "
    return f"{start}This space is about {about}. Which of them do you mean, and what do you want to know about it?"


def explain(reading: Reading, unknown: Sequence[str]) -> str:
    """How a question was read, in a sentence or two; ends with the words that nothing explained."""
    said = []
    for item in reading.items:
        if item.is_phrase and item.role:
            meaning = item.best
            thing = meaning.sql or meaning.home
            said.append(f"“{item.text}” as {thing}")
    text = f"Read from {reading.base.key}: " + ("; ".join(said[:12]) or "all rows") + "."
    for note in dict.fromkeys(reading.intent.notes):
        text += f" {note[0].upper()}{note[1:]}."
    if unknown:
        text += f" Not explained: {', '.join(dict.fromkeys(unknown))}."
    return text
