"""Conversations: a space holds at most 10,000, so what asking makes is deleted, and what got lost is found."""

import time
from typing import TYPE_CHECKING, Any

from core.errors import NotFoundError, WorkbenchError
from core.genie.naming import paged

if TYPE_CHECKING:
    from core.genie.client import GenieClient

_PAGE = 100
_CLOCK_SLACK_MS = 5_000
_MOST_LOOKED_AT = 20


def forget(client: "GenieClient", space_id: str, conversation_id: str) -> bool:
    """Delete a conversation; False if that failed. It is kept in mind then, for `sweep`. One that is gone is deleted."""
    try:
        client.calls.read("deleting the conversation", lambda w: w.genie.delete_conversation(space_id, conversation_id))
    except NotFoundError:
        pass
    except WorkbenchError:
        client.left_behind.add((space_id, conversation_id))
        return False
    client.left_behind.discard((space_id, conversation_id))
    return True


def sweep(client: "GenieClient") -> int:
    """Delete what could not be deleted before; how many are still left."""
    for space_id, conversation_id in tuple(client.left_behind):
        forget(client, space_id, conversation_id)
    return len(client.left_behind)


def list_conversations(client: "GenieClient", space_id: str) -> tuple[tuple[str, int], ...]:
    """The conversations of these credentials in the space: id and creation in ms since 1970 (0 if unknown)."""

    def page(token: str | None) -> tuple[list[Any], str | None]:
        reply = client.calls.read(
            "listing the conversations",
            lambda w: w.genie.list_conversations(space_id, page_size=_PAGE, page_token=token),
        )
        return reply.conversations or [], reply.next_page_token

    return tuple((str(each.conversation_id), each.created_timestamp or 0) for each in paged(page))


def find_lost(client: "GenieClient", space_id: str, question: str, begun_ms: float) -> tuple[str, str] | None:
    """The conversation and message of a question whose reply was lost, None if it never arrived.

    It is one made since then, by these credentials, that begins with exactly this question and that nobody here has.
    """
    try:
        young = [
            (created, id_)
            for id_, created in list_conversations(client, space_id)
            if created >= begun_ms - _CLOCK_SLACK_MS or not created
        ]
        # The newest first: an older one with the same words may be somebody's own.
        for _, conversation_id in sorted(young, reverse=True)[:_MOST_LOOKED_AT]:
            if conversation_id in client.owned:
                continue
            reply = client.calls.read(
                "looking for the question",
                lambda w, id_=conversation_id: w.genie.list_conversation_messages(space_id, id_, page_size=_PAGE),
            )
            first = min(
                reply.messages or [], key=lambda each: each.created_timestamp or time.time() * 1000, default=None
            )
            if first is not None and first.content == question and client.own(conversation_id):
                return conversation_id, str(first.message_id or first.id)
    except WorkbenchError:
        return None
    return None
