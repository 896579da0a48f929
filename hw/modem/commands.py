"""Commands to a modem, one after the other, and which answer belongs to which. Pure, the clock passed in."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Container
from dataclasses import dataclass

from hw.modem.replies import Reply, Result

ANSWER_S = 3.0  # for a command that answers at once

Then = Callable[[Result | None, list[str]], None]  # result None: there was no answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A command. then: who is to hear of its end, and of the lines before it; None: the session's owner."""

    text: str
    limit_s: float = ANSWER_S
    then: Then | None = None


class Commands:
    """answers: the lines that have come for the command under way. due: when its answer is overdue."""

    def __init__(self) -> None:
        self.under_way: Asked | None = None
        self.answers: list[str] = []
        self.due: float | None = None
        self._queue: deque[Asked] = deque()

    @property
    def idle(self) -> bool:
        return self.under_way is None and not self._queue

    def ask(self, asked: Asked) -> None:
        """When its turn comes."""
        self._queue.append(asked)

    def forget(self) -> None:
        """All of them; whatever is still answered belongs to nobody."""
        self._queue.clear()
        self.under_way, self.due = None, None

    def forget_waiting(self, texts: Container[str] | None = None) -> None:
        """Those that have not been sent; of them only `texts`, where given."""
        self._queue = deque(asked for asked in self._queue if texts is not None and asked.text not in texts)

    def next(self, now: float) -> bytes:
        """The next one to be sent; nothing while one is under way."""
        if self.under_way is not None or not self._queue:
            return b""
        self.under_way = self._queue.popleft()
        self.answers = []
        self.due = now + self.under_way.limit_s
        return self.under_way.text.encode("ascii") + b"\r"

    def answered(self, reply: Reply) -> Asked | None:
        """The command that is over by this line, if it is one's end; else the line is kept as an answer, unless it is
        a ring or the command's own echo."""
        asked = self.under_way
        if asked is None:
            return None
        if reply.result is None:
            if not reply.ring and reply.text != asked.text:
                self.answers.append(reply.text)
            return None
        self.under_way, self.due = None, None
        return asked

    def given_up(self) -> Asked | None:
        """The one whose answer is overdue."""
        asked, self.under_way, self.due = self.under_way, None, None
        return asked
