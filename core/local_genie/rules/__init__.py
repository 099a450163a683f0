"""The rule-based SQL writer of the local Genie: `write` reads a question by the space's words and the tables' values.

The rooms, in the order in which a question passes them (`interpreting` has the steps):

* what the space says: `knowledge` over `schema`, `surveying`, `joins`, `vocabulary`, `snippets`, `naming`, `codes`, `emptiness`,
  `fragments`, `learning` (examples), `styles` and `forms`
* its text instruction: `instructions` over `clauses`, `wording`, `saying`, `leading` (dates, ways), `defaulting`, `scoping`,
  `paraphrasing`, `seasons`
* the question as pieces: `words`, `keywords`, `cues`, `dates`, `days`, `periods`, `lookups`, `matching`, `narrowing`
* what the pieces ask for: `reading` is the state, `intent` the result; groups, subjects, measures, comparisons, conditions, dates,
  rankings, shares and lists each have a step of their own
* what holds besides: `filling` (defaults), `doubting` and `clarifying` (asking back), `outputs` and `sorting` (last words)
* SQL: `planning` over `plan`, `aggregating`, `constraining`

A rule serves every schema: no word of one subject matter, no question by itself. `tests/genie_schemas` holds the scores.
"""

from core.local_genie.rules.writer import write

__all__ = ["write"]
