"""Conversations that a process which is gone left in a workspace: deleted when the next one opens it."""

import contextlib
import threading
from datetime import timedelta

from core import jobs
from core.clock import now
from core.db import reading
from core.errors import WorkbenchError
from core.genie.client import GenieClient
from core.genie.conversations import forget
from core.genie.keeping import end_conversation, open_conversations
from core.genie.views import OpenConversation

LONGEST_KEPT = timedelta(hours=2)
"""No conversation outside a job is kept for longer, so that an older one belongs to a process that is gone."""

_SLACK = timedelta(minutes=10)


def sweep_leftovers(client: GenieClient, workspace_id: str) -> threading.Thread:
    """Look for them, and delete them, in the background. What cannot be deleted now stays noted for the next time."""
    thread = threading.Thread(target=_sweep, args=(client, workspace_id), name="genie-leftovers", daemon=True)
    thread.start()
    return thread


def _sweep(client: GenieClient, workspace_id: str) -> None:
    with contextlib.suppress(WorkbenchError):  # the workbench was closed meanwhile, or the service is not to be had
        with reading() as session:
            found = open_conversations(session, workspace_id)
            left = [each for each in found if _is_left(each, each.job_id and jobs.find_job(session, each.job_id))]
        for each in left:
            if not forget(client, each.space_id, each.conversation_id):
                return
            end_conversation(workspace_id, each.space_id, each.conversation_id)


def _is_left(conversation: OpenConversation, job: "jobs.JobRow | str | None") -> bool:
    if conversation.job_id is None:
        return now() - conversation.created_at > LONGEST_KEPT + _SLACK
    return job is None or (isinstance(job, jobs.JobRow) and job.is_over)
