"""Everything a space tells the writer, read once and kept: tables, joins, phrases, rules, examples, styles.

It depends on the space's configuration and on the content of its tables, and is kept under a digest of both.
"""

import hashlib
import json
import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core.local_genie.catalog import Catalog
from core.local_genie.rules.defaulting import Rules
from core.local_genie.rules.instructions import read_rules
from core.local_genie.rules.joins import Joins, read_joins
from core.local_genie.rules.learning import Example, learn, read_examples
from core.local_genie.rules.schema import Schema, text_of
from core.local_genie.rules.scoping import scopes_beside
from core.local_genie.rules.seasons import read_seasons
from core.local_genie.rules.snippets import add_metric_views, add_names, add_snippets, add_values
from core.local_genie.rules.styles import Styles, read_styles
from core.local_genie.rules.surveying import read_schema
from core.local_genie.rules.vocabulary import Vocabulary

_KEPT = 24
_kept: "OrderedDict[str, Knowledge]" = OrderedDict()
_lock = threading.Lock()


@dataclass(frozen=True)
class Knowledge:
    """What is known of a space."""

    schema: Schema
    joins: Joins
    vocabulary: Vocabulary
    rules: Rules
    styles: Styles
    examples: tuple[Example, ...]
    seasons: Mapping[tuple[str, ...], tuple[int, int]] = field(default_factory=dict)


def know(space: Mapping[str, Any], catalog: Catalog) -> Knowledge:
    """The knowledge of a space; the same object for the same configuration over the same data."""
    key = _digest(space, catalog)
    with _lock:
        if key in _kept:
            _kept.move_to_end(key)
            return _kept[key]
    made = _read(space, catalog)
    with _lock:
        _kept[key] = made
        while len(_kept) > _KEPT:
            _kept.popitem(last=False)
    return made


def _digest(space: Mapping[str, Any], catalog: Catalog) -> str:
    configured = {key: value for key, value in space.items() if key != "benchmarks"}
    sources = space.get("data_sources") or {}
    names = [
        str(entry.get("identifier", "")) for kind in ("tables", "metric_views") for entry in sources.get(kind) or []
    ]
    digests = [stored.digest if (stored := catalog.stored(name)) else "" for name in names]
    views = [repr(view) for name in names if (view := catalog.metric_view(name))]
    text = json.dumps([configured, digests, views], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _read(space: Mapping[str, Any], catalog: Catalog) -> Knowledge:
    instructions = space.get("instructions") or {}
    schema = read_schema(space, catalog)
    examples = read_examples(space, schema)
    seen = [tie for example in examples if example.query for tie in example.query.joins]
    joins = read_joins(schema, instructions.get("join_specs") or [], seen)
    vocabulary = Vocabulary()
    add_names(schema, vocabulary)
    add_values(schema, vocabulary)
    add_snippets(space, schema, joins, vocabulary)
    add_metric_views(schema, joins, vocabulary)
    text = "\n".join(text_of(entry.get("content")) for entry in instructions.get("text_instructions") or [])
    rules = read_rules(text, schema, joins, vocabulary)
    scopes_beside(space, schema, vocabulary, rules)
    learn(examples, schema, joins, vocabulary)
    return Knowledge(
        schema,
        joins,
        vocabulary,
        rules,
        read_styles(text, examples, instructions, rules),
        tuple(examples),
        read_seasons(text),
    )
