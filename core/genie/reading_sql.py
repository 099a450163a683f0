"""Reading SQL without running it: its tree, whether it only reads, whether two statements are the same."""

import re
from typing import Any

_LONGEST = 100_000
_READS = re.compile(r"[\s(]*(?:select|with|from|values|table)\b", re.IGNORECASE)
_WRITES = re.compile(
    r"\b(?:insert|update|delete|merge|drop|create|alter|truncate|replace\s+into|grant|revoke|copy|optimize|vacuum|set|use)\b",
    re.IGNORECASE,
)


def parsed(sql: str) -> Any:
    """The statement's tree in Databricks SQL, None if it is not one query that can be parsed."""
    trees = _trees(sql)
    if not trees or len(trees) != 1:
        return None
    from sqlglot import exp

    return trees[0] if isinstance(trees[0], exp.Query) else None


def only_reads(sql: str) -> bool:
    """Whether it is one query that changes nothing. What the parser does not know is judged by its words, and strictly.

    This keeps a benchmark file from changing tables by mistake; the boundary is what the credentials may do.
    """
    trees = _trees(sql)
    if trees is not None:
        from sqlglot import exp

        return (
            len(trees) == 1
            and isinstance(trees[0], exp.Query | exp.Values)
            and not trees[0].find(exp.DML, exp.DDL, exp.Command, exp.Into)
        )
    bare = without_text(sql).rstrip().rstrip(";")
    return _READS.match(bare) is not None and _WRITES.search(bare) is None and ";" not in bare


def why_not_run(sql: str) -> str | None:
    """Why expected SQL is not sent, as a sentence; None if it is one query that changes nothing."""
    if only_reads(sql):
        return None
    bare = without_text(sql).strip()
    begins = f": it begins with “{bare.split()[0][:30]}”" if bare and not _READS.match(bare) else ""
    return f"The expected SQL is not one query that only reads{begins}, so it was not run. Correct the benchmark."


def same_sql(left: str, right: str) -> bool:
    """Whether both are the same statement but for white space, comments, letter case of keywords and a last semicolon."""
    if _flat(left) == _flat(right):
        return True
    trees = parsed(left), parsed(right)
    return trees[0] is not None and trees[0] == trees[1]


def normal_sql(sql: str) -> str:
    """One spelling of a query, to find copies: white space, comments, keyword case and a last semicolon do not count."""
    tree = parsed(sql)
    return tree.sql(dialect="databricks", comments=False, normalize=False) if tree is not None else _flat(sql).lower()


def without_text(sql: str) -> str:
    """The SQL with strings, quoted names and comments blanked out."""
    pattern = r"--[^\n]*|/\*.*?\*/|'(?:[^'\\]|\\.|'')*'|\"(?:[^\"\\]|\\.)*\"|`[^`]*`"
    return re.sub(pattern, " ", sql, flags=re.DOTALL)


def _flat(sql: str) -> str:
    return " ".join(sql.split()).rstrip("; ")


def _trees(sql: str) -> list[Any] | None:
    """The statements, None where they cannot be parsed."""
    import logging

    import sqlglot

    if len(sql) > _LONGEST:
        return None
    logging.getLogger("sqlglot").setLevel(logging.ERROR)  # it warns on stderr about what it passes through unparsed
    try:
        trees = sqlglot.parse(sql, read="databricks")
        # A comment after the last semicolon is a statement of its own to the parser.
        return [tree for tree in trees if tree is not None and not isinstance(tree, sqlglot.exp.Semicolon)]
    except (sqlglot.errors.SqlglotError, RecursionError):
        return None
