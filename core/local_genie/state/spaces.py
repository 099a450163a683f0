"""Spaces: created, read, changed under an etag, listed in pages, and put into the trash."""

import json
import secrets
from dataclasses import dataclass
from typing import Any

from core.local_genie.refusals import Refusal, invalid, missing
from core.local_genie.state.store import Store, new_hex_id, now_ms
from core.local_genie.state.workspace import Workspace
from core.local_genie.validating import MAX_TITLE_CHARS, as_stored, faults_of, read_definition

HOME = "/Workspace/Users/local"
_LISTED_FAULTS = 20


@dataclass(frozen=True)
class Space:
    """A space as it is now. `serialized` is the definition as JSON text; times are Unix milliseconds."""

    id: str
    title: str
    description: str
    parent_path: str
    warehouse_id: str
    etag: str
    serialized: str
    created_ms: int
    updated_ms: int


class Spaces:
    """The spaces of the store. Every refusal is a `Refusal` with the service's code."""

    def __init__(self, store: Store, workspace: Workspace) -> None:
        self._store = store
        self._workspace = workspace
        self.propagation_delay_s = 0.0

    def create(
        self,
        serialized: Any,
        *,
        title: Any = None,
        description: Any = None,
        parent_path: Any = None,
        warehouse_id: Any = None,
    ) -> Space:
        definition = self._checked(serialized)
        title = _title("New space" if title is None else title)
        now, id_ = now_ms(), new_hex_id()
        with self._store.writing():
            folder = _text(parent_path, "parent_path") or HOME
            self._refuse_taken(title, folder)
            self._store.run(
                "INSERT INTO spaces VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0)",
                id_, title, _text(description, "description"), folder, _text(warehouse_id, "warehouse_id"),
                _new_etag(), now, now,
            )  # fmt: skip
            self._store.run("INSERT INTO definitions VALUES (?, 0, ?, ?)", id_, definition, now)
        return self.get(id_)

    def get(self, id_: str) -> Space:
        row = self._store.row(
            "SELECT s.*, d.serialized FROM spaces s JOIN definitions d ON d.space_id = s.id "
            "WHERE s.id = ? AND s.trashed = 0 ORDER BY d.number DESC LIMIT 1",
            id_,
        )
        if row is None:
            raise missing("Genie space", id_)
        row.pop("trashed")
        return Space(**row)

    def exists(self, id_: str) -> None:
        """Refuse a space that is not there."""
        if self._store.row("SELECT 1 FROM spaces WHERE id = ? AND trashed = 0", id_) is None:
            raise missing("Genie space", id_)

    def listed(self, limit: int, after: str | None) -> list[Space]:
        """Up to `limit` spaces after that id, the oldest first; the definitions are left out."""
        rows = self._store.rows(
            "SELECT *, '' AS serialized FROM spaces WHERE trashed = 0 AND id > ? ORDER BY id LIMIT ?",
            after or "",
            limit,
        )
        for row in rows:
            row.pop("trashed")
        return [Space(**row) for row in rows]

    def update(self, id_: str, changes: dict[str, Any]) -> Space:
        """Change what `changes` names: title, description, parent_path, warehouse_id, serialized_space; `etag` guards."""
        definition = self._checked(changes["serialized_space"]) if changes.get("serialized_space") is not None else None
        with self._store.writing():
            space = self.get(id_)
            etag = changes.get("etag")
            if etag is not None and etag != space.etag:
                raise Refusal(
                    409,
                    "ABORTED",
                    f"The etag {str(etag)[:80]} does not match: the space was changed since it was read. Read it again and "
                    "apply the change to what it is now.",
                )
            title = _title(changes["title"]) if changes.get("title") is not None else space.title
            folder = _text(changes.get("parent_path"), "parent_path") or space.parent_path
            if (title, folder) != (space.title, space.parent_path):
                self._refuse_taken(title, folder, but=id_)
            kept = {
                key: _text(changes[key], key) if changes.get(key) is not None else getattr(space, key)
                for key in ("description", "warehouse_id")
            }
            now = max(now_ms(), space.updated_ms + 1)
            self._store.run(
                "UPDATE spaces SET title=?, description=?, parent_path=?, warehouse_id=?, etag=?, updated_ms=? WHERE id=?",
                title, kept["description"], folder, kept["warehouse_id"], _new_etag(), now, id_,
            )  # fmt: skip
            if definition is not None:
                self._replace_definition(id_, definition)
        return self.get(id_)

    def trash(self, id_: str) -> None:
        if not self._store.run(
            "UPDATE spaces SET trashed = 1, updated_ms = ? WHERE id = ? AND trashed = 0", now_ms(), id_
        ):
            raise missing("Genie space", id_)

    def definition_for_questions(self, id_: str) -> dict[str, Any]:
        """The definition that questions see now: a change acts only after the propagation delay."""
        row = self._store.row(
            "SELECT d.serialized FROM definitions d JOIN spaces s ON s.id = d.space_id WHERE d.space_id = ? "
            "AND s.trashed = 0 AND (d.effective_ms <= ? OR d.number = (SELECT min(number) FROM definitions WHERE space_id = ?)) "
            "ORDER BY d.number DESC LIMIT 1",
            id_, now_ms(), id_,
        )  # fmt: skip
        if row is None:
            raise missing("Genie space", id_)
        return json.loads(row["serialized"])

    def _replace_definition(self, id_: str, serialized: str) -> None:
        now = now_ms()
        newest = self._store.row("SELECT max(number) AS n FROM definitions WHERE space_id = ?", id_)
        number = (newest["n"] if newest else 0) + 1
        effective = now + round(self.propagation_delay_s * 1000)
        self._store.run("INSERT INTO definitions VALUES (?, ?, ?, ?)", id_, number, serialized, effective)
        # Older ones are kept only as long as a question may still see them
        self._store.run(
            "DELETE FROM definitions WHERE space_id = ? AND number < (SELECT max(number) FROM definitions "
            "WHERE space_id = ? AND effective_ms <= ?)",
            id_, id_, now,
        )  # fmt: skip

    def _checked(self, serialized: Any) -> str:
        """The text that is stored for a definition that was sent."""
        if not isinstance(serialized, str):
            raise invalid("serialized_space must be a JSON string.")
        definition = read_definition(serialized)
        faults = faults_of(definition)
        if faults:
            shown = " ".join(f"({number}) {fault}" for number, fault in enumerate(faults[:_LISTED_FAULTS], 1))
            rest = f" And {len(faults) - _LISTED_FAULTS} more." if len(faults) > _LISTED_FAULTS else ""
            raise invalid(f"Invalid serialized_space: {shown}{rest}")
        columns = {
            name.casefold(): {each.name.casefold() for each in table.columns}
            for name, table in self._workspace.tables().items()
        }
        return json.dumps(as_stored(definition, columns), ensure_ascii=False)

    def _refuse_taken(self, title: str, folder: str, but: str = "") -> None:
        if self._store.row(
            "SELECT 1 FROM spaces WHERE parent_path = ? AND title = ? AND trashed = 0 AND id <> ?", folder, title, but
        ):
            raise Refusal(
                409, "RESOURCE_ALREADY_EXISTS", f"A space with the title '{title}' exists in {folder}; choose another."
            )


def _title(value: Any) -> str:
    title = _text(value, "title").strip()
    if not title:
        raise invalid("title must not be empty.")
    if len(title) > MAX_TITLE_CHARS:
        raise invalid(f"title has {len(title)} characters; the limit is {MAX_TITLE_CHARS}.")
    return title


def _text(value: Any, key: str) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise invalid(f"{key} must be a string.")
    if len(value) > 25_000:
        raise invalid(f"{key} has {len(value):,} characters; the limit is 25,000.")
    return value


def _new_etag() -> str:
    return secrets.token_hex(8)
