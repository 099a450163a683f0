"""What one rendering may spend, and the meter that counts it.

These guards give a quick and exact sentence. The boundary itself is the process: its deadline and its address space.
"""

import time

MAX_TEXT_CHARS = 8_000_000
"""Longest text an expression or a rendering may make. In the worst case (4 bytes a character, once as pieces, once joined,
once as JSON, once encoded) it needs about 200 MB, and so fits into the 384 MB of a worker."""

MAX_WORK_CHARS = 10 * MAX_TEXT_CHARS
"""All text made on the way in one rendering, results and intermediate values together."""

MAX_TEMPLATE_CHARS = 1_000_000
"""One part of a template. The prompt is the template: longer texts belong into values."""

MAX_INPUT_BYTES = 8_000_000
"""The values of one rendering, as JSON in UTF-8. As large as the largest text that may come out of them."""

MAX_STEPS = 2_000_000
"""Loop rounds, calls and filters in one rendering: about a second of work."""

MAX_ITEMS = 2_000_000
"""Members of one list made by an operator, or of one value shown as text, nested members included."""

MAX_WIDTH = 10_000
"""Columns that a padding may fill; parts that a list may be cut into."""

MAX_INT_BITS = 14_000
"""Python shows no integer of more than 4300 digits."""

SOFT_DEADLINE = 0.85
"""Share of the deadline after which the worker gives up by itself, at its next step."""


def too_long_sentence(chars: int) -> str:
    """What to say of a part of a template with more than MAX_TEMPLATE_CHARS characters."""
    return (
        f"The template is {chars:,} characters long, and {MAX_TEMPLATE_CHARS:,} are allowed. "
        "Move the long text into a variable."
    )


class Refusal(Exception):
    """A guard says no. The text is a whole sentence for a person, without the place."""


class Meter:
    """Counts what the current rendering has spent. `reset` starts the next one."""

    def __init__(self) -> None:
        self.deadline_s = 1.5
        self.reset()

    def reset(self) -> None:
        self._steps = 0
        self._chars = 0
        self._give_up_at = time.monotonic() + self.deadline_s * SOFT_DEADLINE

    def step(self) -> None:
        """Count one loop round, call or filter."""
        self._steps += 1
        if not self._steps & 1023:
            self._check_time()
        if self._steps > MAX_STEPS:
            raise Refusal(
                f"The template takes more than {MAX_STEPS:,} steps. Shorten its loops, or pass a shorter list."
            )

    def charge(self, chars: int) -> None:
        """Count `chars` characters of new text; call it before the text is made wherever its length is known."""
        if chars > MAX_TEXT_CHARS:
            raise Refusal(
                f"The text would be {chars:,} characters long, and {MAX_TEXT_CHARS:,} are allowed. "
                "Pass shorter values, or repeat less."
            )
        self._chars += chars
        if self._chars > MAX_WORK_CHARS:
            raise Refusal(
                f"The template makes more than {MAX_WORK_CHARS:,} characters of text on the way. Repeat less in its loops."
            )

    def _check_time(self) -> None:
        if time.monotonic() > self._give_up_at:
            raise Refusal(
                f"Rendering takes longer than {self.deadline_s:g} s and was stopped. "
                "Shorten the template's loops, or pass shorter values."
            )


meter = Meter()
