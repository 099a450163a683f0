"""Questions that a person asks: under way in this process whoever looks, recorded at their end, their conversations tidied up.

A conversation is kept for a reply or a further question. It is deleted after half an hour without one, when its person begins
another there (unless Genie asked back in it and waits), and when the workbench closes.
"""

import contextlib
import threading
import time
from dataclasses import dataclass

from core.clock import new_id
from core.db import reading, transaction
from core.errors import CancelledError, InputError, WorkbenchError
from core.genie.answers import Answer, Status
from core.genie.asking import ask
from core.genie.connecting import client_of
from core.genie.conversations import forget
from core.genie.failures import Failure, Kind
from core.genie.keeping import begin_conversation, end_conversation, record_question
from core.genie.leftovers import LONGEST_KEPT
from core.genie.views import QuestionView
from core.logs import log

_IDLE_S = 1_800.0
_MOST_AT_ONCE = 50
_REMEMBERED = 500
_CLOSING_S = 5.0

Key = tuple[str, str, str]
"""Workspace, space and conversation."""


class RunningQuestion:
    """A question under way, or ended: then there is an `answer` with its recorded `view`, or an `error`.

    Of one that was stopped after it had reached Genie there are both.
    """

    def __init__(self, workspace_id: str, space_id: str, question: str, person: str) -> None:
        self.id = new_id("ask")
        self.workspace_id, self.space_id, self.question, self.person = workspace_id, space_id, question, person
        self.status: Status | None = None
        self.answer: Answer | None = None
        self.view: QuestionView | None = None
        self.error: WorkbenchError | None = None
        self._stopping, self._done = threading.Event(), threading.Event()
        self._begun: list[str] = []
        self._thread: threading.Thread | None = None

    @property
    def is_done(self) -> bool:
        """True once what came of it is recorded."""
        return self._done.is_set()

    def stop(self) -> None:
        """Ask no further. Its conversation is deleted."""
        self._stopping.set()

    def wait(self, timeout_s: float | None = None) -> bool:
        """Wait for its end; whether it came."""
        return self._done.wait(timeout_s)

    def _tell(self, status: Status) -> None:
        self.status = status

    def _note(self, conversation_id: str) -> None:
        self._begun.append(conversation_id)
        begin_conversation(self.workspace_id, self.space_id, conversation_id)

    def _start(self, conversation_id: str | None) -> None:
        self._thread = threading.Thread(target=self._run, args=(conversation_id,), name=f"genie-{self.id}", daemon=True)
        self._thread.start()

    def _run(self, conversation_id: str | None) -> None:
        try:
            self._ask(conversation_id)
        except WorkbenchError as error:
            self.error = error
        except Exception as error:  # a defect of ours must not leave the question under way for ever
            log.exception("question failed unexpectedly", question_id=self.id)
            self.error = WorkbenchError(f"Whetstone failed on the question ({type(error).__name__}). See the log.")
        kept = self._keep(conversation_id)
        self._done.set()
        for each in self._begun:
            if each != kept:
                _end((self.workspace_id, self.space_id, each))

    def _ask(self, conversation_id: str | None) -> None:
        with reading() as session:
            client = client_of(session, self.workspace_id)
        try:
            self.answer = ask(
                client, self.space_id, self.question, conversation_id=conversation_id, keep=True,
                on_status=self._tell, on_conversation=self._note, stop=self._stopping.is_set,
            )  # fmt: skip
        except CancelledError as error:
            self.error = error
            if self.status is None or not (self._begun or conversation_id):
                return  # it never reached Genie
            failure = Failure(Kind.STOPPED, "The question was stopped before its answer came. Ask again.")
            last = self.status
            self.answer = Answer(self.question, last.status, failure=failure, duration_s=last.elapsed_s)
        with transaction() as session:
            self.view = record_question(session, self.workspace_id, self.space_id, self.answer, person=self.person)

    def _keep(self, conversation_id: str | None) -> str | None:
        """Keep the conversation in which a person may go on, if there is one; its id."""
        answer = self.answer
        if conversation_id is not None:
            _keep(self, conversation_id, new=False, asked_back=answer is None or answer.clarifying)
            return conversation_id
        if answer is None or answer.conversation_id not in self._begun:
            return None
        if answer.failure is not None and not answer.clarifying:
            return None
        _keep(self, answer.conversation_id, new=True, asked_back=answer.clarifying)
        return answer.conversation_id


@dataclass
class _Kept:
    """A conversation that a person may go on in. `timer` ends it; None while a question is under way in it."""

    person: str
    until: float
    asked_back: bool = False
    timer: threading.Timer | None = None


_lock = threading.Lock()
_questions: dict[str, RunningQuestion] = {}
_kept: dict[Key, _Kept] = {}


def start_question(
    workspace_id: str, space_id: str, question: str, *, person: str, conversation_id: str | None = None
) -> RunningQuestion:
    """Begin to ask; it goes on whether or not anybody looks. With `conversation_id` it is a reply, or a further question.

    Raises:
        InputError: it is empty, or 50 are under way in this process.
    """
    if not question.strip():
        raise InputError("The question is empty. Enter one.")
    started = RunningQuestion(workspace_id, space_id, question, person)
    with _lock:
        if sum(not each.is_done for each in _questions.values()) >= _MOST_AT_ONCE:
            raise InputError(f"{_MOST_AT_ONCE} questions are under way here. Wait until some are answered.")
        _questions[started.id] = started
        for old in [each.id for each in _questions.values() if each.is_done][:-_REMEMBERED]:
            del _questions[old]
        over = [] if conversation_id else _others(workspace_id, space_id, person)
        if conversation_id and (going_on := _kept.get((workspace_id, space_id, conversation_id))):
            _disarm(going_on)
    started._start(conversation_id)
    if over:
        threading.Thread(target=lambda: [_end(key) for key in over], name="genie-tidying", daemon=True).start()
    return started


def find_question(question_id: str) -> RunningQuestion | None:
    """The question of that handle's id, if it was begun in this process; those that ended long ago are forgotten."""
    return _questions.get(question_id)


def close_questions() -> None:
    """Stop what is under way, record it, and delete the conversations that were kept, within about 5 s.

    What could not be deleted stays noted in the database.
    """
    deadline = time.monotonic() + _CLOSING_S
    with _lock:
        questions = list(_questions.values())
        _questions.clear()
    for each in questions:
        each.stop()
    _join([each._thread for each in questions if each._thread is not None], deadline)
    with _lock:
        keys = list(_kept)
    threads = [threading.Thread(target=_end, args=(key,), name="genie-tidying", daemon=True) for key in keys]
    for thread in threads:
        thread.start()
    _join(threads, deadline)


def _join(threads: list[threading.Thread], deadline: float) -> None:
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))


def _others(workspace_id: str, space_id: str, person: str) -> list[Key]:
    """What the person leaves by beginning another conversation there. The lock is held."""
    return [
        key
        for key, each in _kept.items()
        if key[:2] == (workspace_id, space_id) and each.person == person and each.timer and not each.asked_back
    ]


def _keep(question: RunningQuestion, conversation_id: str, *, new: bool, asked_back: bool) -> None:
    """Keep it for a while. One that was not begun here is nobody's to delete."""
    key = (question.workspace_id, question.space_id, conversation_id)
    with _lock:
        if new:
            _kept[key] = _Kept(question.person, time.monotonic() + LONGEST_KEPT.total_seconds())
        if (kept := _kept.get(key)) is None:
            return
        _disarm(kept)
        kept.asked_back = asked_back
        kept.timer = threading.Timer(max(0.0, min(_IDLE_S, kept.until - time.monotonic())), _end, (key,))
        kept.timer.name, kept.timer.daemon = "genie-idle", True
        kept.timer.start()


def _disarm(kept: _Kept) -> None:
    if kept.timer is not None:
        kept.timer.cancel()
        kept.timer = None


def _end(key: Key) -> None:
    """Delete a conversation. If that fails it stays noted, for the process that opens the workspace later."""
    with _lock:
        kept = _kept.pop(key, None)
        if kept is not None:
            _disarm(kept)
    with contextlib.suppress(WorkbenchError):
        with reading() as session:
            client = client_of(session, key[0])
        if forget(client, key[1], key[2]):
            end_conversation(*key)
