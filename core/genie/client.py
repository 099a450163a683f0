"""Genie spaces of one workspace: list, read, create, change, trash, and check what the service really stored.

Each method is one use; failures are errors of the tree (see `core.genie.failures`). Creating is idempotent by a tag in the
description, which is looked for first. Nothing here asks questions: that is `core.genie.asking`.
"""

import threading
from datetime import UTC
from typing import Any

from core.errors import ConfigError, ConflictError, InputError, NotFoundError, WorkbenchError
from core.genie.calls import Calls
from core.genie.differences import compare
from core.genie.failures import BrokenReplyError, may_have_happened
from core.genie.fingerprints import fingerprint
from core.genie.limit_stores import MemoryPlaces
from core.genie.limiting import QuestionLimiter, limiter_of
from core.genie.naming import check_id, paged, tag_mark
from core.genie.spaces import Space, parse, write
from core.genie.states import CatalogColumn, CatalogTable, SpaceState, SpaceSummary, Warehouse, Written
from core.genie.validating import title_faults
from core.genie.workspaces import Workspace

_PAGE = 100
_THIS_PROCESS = MemoryPlaces()
"""Without a limiter, the clients of one process share the workspace's limit."""


class GenieClient:
    """One workspace. Thread-safe. Processes that share a workspace need limiters that share a store."""

    def __init__(self, workspace: Workspace, limiter: QuestionLimiter | None = None) -> None:
        self.workspace = workspace
        self.limiter = limiter or limiter_of(workspace, _THIS_PROCESS)
        self.calls = Calls(workspace)
        self.left_behind: set[tuple[str, str]] = set()
        """Space and conversation of what could not be deleted; see `conversations.sweep`."""
        self.owned: set[str] = set()
        """The conversations that this client began."""
        self._lock = threading.Lock()

    def list_spaces(self) -> tuple[SpaceSummary, ...]:
        """All spaces that the credentials may see, in the service's order."""

        def page(token: str | None) -> tuple[list[Any], str | None]:
            reply = self.calls.read(
                "listing the spaces", lambda w: w.genie.list_spaces(page_size=_PAGE, page_token=token)
            )
            return reply.spaces or [], reply.next_page_token

        return tuple(
            SpaceSummary(str(each.space_id), each.title or "", each.description or "", each.warehouse_id)
            for each in paged(page)
        )

    def get_space(self, space_id: str, *, definition: bool = True) -> SpaceState:
        """One space. Raises NotFoundError; AuthError when `definition` is asked for without the right to edit."""
        check_id(space_id, "space")
        found = self.calls.read(
            "reading the space", lambda w: w.genie.get_space(space_id, include_serialized_space=definition or None)
        )
        return self._state(found, wanted=definition)

    def create_space(
        self,
        definition: Space,
        *,
        title: str,
        tag: str,
        description: str = "",
        warehouse_id: str | None = None,
        parent_path: str | None = None,
    ) -> Written:
        """Make a space, or adopt the one that an earlier attempt with this `tag` made, and read it back.

        The tag goes into the description as `[whetstone:tag]`; take one that names the piece of work, such as a run's id and
        the role. An adopted space keeps what it holds; compare `deviations`.

        Raises:
            InputError: the title is too long, or the service refuses the definition.
        """
        for fault in title_faults(title):
            raise InputError(fault.sentence)
        mark = tag_mark(tag)
        before = self.find_tagged(tag, title=title)
        if before is not None:
            return self._checked(before.id, definition, adopted=True)
        warehouse = warehouse_id or self.default_warehouse()
        try:
            made = self.calls.write(
                "creating the space",
                lambda w: w.genie.create_space(
                    warehouse, write(definition), title=title, parent_path=parent_path,
                    description=f"{description}\n{mark}".strip(),
                ),
            )  # fmt: skip
            space_id = str(made.space_id or "")
        except WorkbenchError as error:
            # The request may have arrived although its reply did not.
            found = self.find_tagged(tag, title=title) if may_have_happened(error) else None
            if found is None:
                raise
            space_id = found.id
        if not space_id:
            raise BrokenReplyError(
                "The service named no id for the new space. Look for it by its title.", service=self.name
            )
        return self._checked(space_id, definition)

    def update_space(
        self,
        space_id: str,
        *,
        definition: Space | None = None,
        title: str | None = None,
        description: str | None = None,
        etag: str | None = None,
    ) -> Written:
        """Change what is given; a definition replaces the whole one. With `etag`, only if the space is still in that state.

        Raises:
            ConflictError: the etag is no longer the space's.
        """
        check_id(space_id, "space")
        for fault in title_faults(title) if title is not None else ():
            raise InputError(fault.sentence)
        before = self.get_space(space_id)
        if definition is None and title is None and description is None:
            return Written(before, exact=True, deviations=(), changed=False)
        more: dict[str, Any] = {"title": title, "description": description, "etag": etag}
        if definition is not None:
            more["serialized_space"] = write(definition)
        given = {key: value for key, value in more.items() if value is not None}
        try:
            self.calls.write("changing the space", lambda w: w.genie.update_space(space_id, **given))
        except WorkbenchError as error:
            if not may_have_happened(error):
                raise
            # Repeating could be refused by our own first attempt's etag, so look at what is there instead.
            written = self._checked(space_id, definition, before=before)
            if not self._took_effect(before, written, title=title, description=description, definition=definition):
                raise
            return written
        return self._checked(space_id, definition, before=before)

    def trash_space(self, space_id: str) -> None:
        """Move a space to the trash. One that is gone already is no error."""
        check_id(space_id, "space")
        try:
            self.calls.read("trashing the space", lambda w: w.genie.trash_space(space_id))
        except NotFoundError:
            return

    def find_tagged(self, tag: str, *, title: str | None = None) -> SpaceSummary | None:
        """The space that carries this tag in its description, None if there is none.

        Spaces of that `title` that are listed without a description are read one by one.

        Raises:
            ConflictError: two carry it, so that nobody can tell which one was meant.
        """
        mark = tag_mark(tag)
        found = [each for each in self.list_spaces() if mark in self._description(each, title)]
        if len(found) > 1:
            raise ConflictError(
                f"{len(found)} spaces carry the tag {mark}: {', '.join(each.id for each in found)}. Trash those that are not "
                "needed."
            )
        return found[0] if found else None

    def list_warehouses(self) -> tuple[Warehouse, ...]:
        """The SQL warehouses that the credentials may see."""
        found = self.calls.read("listing the warehouses", lambda w: list(w.warehouses.list()))
        return tuple(Warehouse(str(each.id), each.name or "", each.state.value if each.state else "") for each in found)

    def default_warehouse(self) -> str:
        """The workspace's configured warehouse, else a running one, else the first. Raises ConfigError without any."""
        if self.workspace.warehouse_id:
            return self.workspace.warehouse_id
        found = sorted(self.list_warehouses(), key=lambda each: each.state != "RUNNING")
        if not found:
            raise ConfigError(f"“{self.name}” has no SQL warehouse that you may use. Create one, or ask for CAN USE.")
        return found[0].id

    def list_tables(self, catalog: str, schema: str) -> tuple[CatalogTable, ...]:
        """The tables and views of one schema of the catalog, with their columns."""
        found = self.calls.read("listing the tables", lambda w: list(w.tables.list(catalog, schema)))
        return tuple(
            CatalogTable(
                each.full_name or f"{catalog}.{schema}.{each.name}",
                each.table_type.value if each.table_type else "",
                each.comment or "",
                tuple(
                    CatalogColumn(column.name or "", column.type_text or "", column.comment or "")
                    for column in each.columns or []
                ),
            )
            for each in found
        )

    def _description(self, space: SpaceSummary, title: str | None) -> str:
        if space.description or title is None or space.title != title:
            return space.description
        return self.get_space(space.id, definition=False).description

    @property
    def name(self) -> str:
        return self.workspace.name

    def own(self, conversation_id: str) -> bool:
        """Note a conversation as this client's; False if it was already."""
        with self._lock:
            new = conversation_id not in self.owned
            self.owned.add(conversation_id)
        return new

    def _checked(
        self, space_id: str, sent: Space | None, *, before: SpaceState | None = None, adopted: bool = False
    ) -> Written:
        """Read back, and compare with what was sent."""
        state = self.get_space(space_id)
        if state.definition is None:
            raise BrokenReplyError(
                f"“{self.name}” returned the space without its definition, so the write cannot be checked.",
                service=self.name,
            )
        exact = sent is None or fingerprint(sent) == state.hash
        deviations = () if exact or sent is None else compare(sent, state.definition)
        same = before is not None and (before.hash, before.title, before.description) == (
            state.hash, state.title, state.description,
        )  # fmt: skip
        return Written(state, exact, deviations, changed=not same, adopted=adopted)

    @staticmethod
    def _took_effect(
        before: SpaceState, written: Written, *, title: str | None, description: str | None, definition: Space | None
    ) -> bool:
        if definition is not None and not (written.exact or written.state.hash != before.hash):
            return False
        return title in (None, written.state.title) and description in (None, written.state.description)

    def _state(self, found: Any, *, wanted: bool) -> SpaceState:
        text = found.serialized_space if wanted else None
        definition = None
        if text:
            try:
                definition = parse(text)
            except InputError as error:
                raise BrokenReplyError(
                    f"“{self.name}” returned a definition that cannot be read. {error}", service=self.name
                ) from error
        updated = found.update_time.ToDatetime(tzinfo=UTC) if found.update_time else None
        return SpaceState(
            str(found.space_id or ""), found.title or "", found.description or "", found.warehouse_id,
            found.parent_path, found.etag, updated, definition, fingerprint(definition) if definition else None,
        )  # fmt: skip
