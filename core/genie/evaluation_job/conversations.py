"""The conversations that an evaluation begins: noted at once, so that none outlives a crash, a stop or a service in trouble."""

import contextlib
import time
from collections import defaultdict
from datetime import datetime

from sqlalchemy import select

from core.db import reading
from core.db.models import JobItem
from core.errors import WorkbenchError
from core.genie.client import GenieClient
from core.genie.conversations import forget, list_conversations
from core.genie.keeping import begin_conversation, end_conversation, open_conversations

_CLOCK_SLACK_S = 5.0
_GRACE_S, _LOCAL_GRACE_S = 3.0, 0.3
"""How long others may take to note a conversation that they have begun."""


class Conversations:
    """Those of one evaluation. Its methods wait for the service, so they are called from threads, outside transactions."""

    def __init__(self, client: GenieClient, workspace: str, space_id: str, job_id: str) -> None:
        self._client, self._workspace, self._space, self._job = client, workspace, space_id, job_id
        self._begun: dict[str, list[str]] = defaultdict(list)

    def begin(self, benchmark_id: str, conversation_id: str) -> None:
        """Note one that has begun for this benchmark."""
        self._begun[benchmark_id].append(conversation_id)
        begin_conversation(self._workspace, self._space, conversation_id, self._job)

    def end(self, benchmark_id: str) -> None:
        """The question is over, and its conversations were deleted as far as the service let them be. Never raises."""
        with contextlib.suppress(WorkbenchError):  # the next sweep finds the note again, and no answer is lost over it
            for conversation_id in self._begun.pop(benchmark_id, ()):
                if (self._space, conversation_id) not in self._client.left_behind:
                    end_conversation(self._workspace, self._space, conversation_id)

    def sweep(self) -> int:
        """Delete what earlier attempts of this job left in the workspace; how many remain."""
        with reading() as session:
            left = open_conversations(session, self._workspace, job_id=self._job)
        for number, each in enumerate(left):
            if not forget(self._client, each.space_id, each.conversation_id):
                return len(left) - number  # the service does not let it be done now; the next sweep comes here again
            end_conversation(self._workspace, each.space_id, each.conversation_id)
        return 0

    def find_lost(self, questions: dict[str, str]) -> int:
        """Delete what was begun and not noted, because the process died in between; how many that were.

        `questions` are the questions by the key of their piece. A lost conversation was made while the piece was under way,
        begins with exactly its question, and is noted by nobody.
        """
        begun = time.time()
        cut = _cut_off(self._job, questions)
        if not cut:
            return 0
        time.sleep(_LOCAL_GRACE_S if self._client.workspace.local else _GRACE_S)
        since = {questions[key]: at.timestamp() - _CLOCK_SLACK_S for key, at in cut.items()}
        earliest = min(since.values())
        try:
            young = [
                (id_, created / 1000)
                for id_, created in list_conversations(self._client, self._space)
                if earliest <= created / 1000 <= begun
            ]
            with reading() as session:
                noted = {each.conversation_id for each in open_conversations(session, self._workspace)}
            return sum(
                created >= since.get(self._first_words(id_), begun + 1) and forget(self._client, self._space, id_)
                for id_, created in young
                if id_ not in noted
            )
        except WorkbenchError:  # looking again is not possible: the pieces are under way anew, or the service is gone
            return 0

    def _first_words(self, conversation_id: str) -> str:
        reply = self._client.calls.read(
            "looking for the question", lambda w: w.genie.list_conversation_messages(self._space, conversation_id)
        )
        first = min(reply.messages or [], key=lambda each: each.created_timestamp or 0, default=None)
        return (first.content or "") if first else ""


def _cut_off(job_id: str, keys: dict[str, str]) -> dict[str, datetime]:
    """The pieces among these that an earlier attempt began and did not end, and when it began them."""
    query = select(JobItem.key, JobItem.started_at).where(JobItem.job_id == job_id, JobItem.state == "running")
    with reading() as session:
        return {key: at for key, at in session.execute(query) if key in keys}
