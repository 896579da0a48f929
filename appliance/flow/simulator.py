"""A caller and a box that exist on paper only: drives a flow without sound, for `flow run`, test cases and benches.

Pure: its clock moves by the length things would take. The real surroundings are the contact process's business.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import msgspec

from appliance.flow import commands as c
from appliance.flow import events as e
from appliance.flow.facts import ContactFacts, Library
from appliance.flow.machine import start, step
from appliance.flow.model import Flow
from appliance.flow.state import FlowState, WaitingFor
from appliance.ids import QueueId

_C = TypeVar("_C", bound=c.FlowCommand)
SECONDS_A_LETTER = 0.06
PROMPT_S = 3.0  # a recorded prompt whose length nobody knows here
ANSWER_S = 0.2  # what the box takes for an answer
MOST_TURNS = 1000
TIMEOUT = "timeout"
LISTEN = "listen"


class World(msgspec.Struct, frozen=True, kw_only=True):
    """How the surroundings answer. functions: name → answer, a function without one fails; queue_error "": there is
    a place; number: what DrawNumber gives; third_party: as in ThirdPartyEnded."""

    metrics: Mapping[str, str] = msgspec.field(default_factory=dict)
    functions: Mapping[str, Any] = msgspec.field(default_factory=dict)
    queue_error: str = ""
    number: int = 50
    third_party: str = "Completed"
    prompt_errors: frozenset[str] = frozenset()


class Simulator:
    """One contact in one flow. `history` holds every command with the time it came at, in order."""

    def __init__(
        self, flow: Flow, facts: ContactFacts, *, library: Library, world: World | None = None, now: float = 0.0
    ) -> None:
        self.world = world or World()
        self.now = now
        self.history: list[tuple[float, c.FlowCommand]] = []
        self.state: FlowState
        self.state, commands = start(flow, facts, library=library, now=now)
        self._note(commands)

    @property
    def outcome(self) -> str:
        """How the flow ended, "" while it runs."""
        last = self.history[-1][1] if self.history else None
        return last.outcome if isinstance(last, c.FlowFinished) else ""

    def tell(self, event: e.FlowEvent) -> None:
        """Something happens now."""
        self.state, commands = step(self.state, event, self.now)
        self._note(commands)

    def listen(self) -> None:
        """The caller waits until what plays is over."""
        self.now += self._length_s()
        failing = self._playing_prompt() in self.world.prompt_errors
        self.tell(e.PromptFailed(reason="simulated") if failing else e.PromptEnded())

    def press(self, keys: str) -> None:
        """The caller presses keys, one every quarter second."""
        for key in keys:
            self.now += 0.25
            self.tell(e.DigitPressed(digit=key))

    def stay_silent(self) -> None:
        """The caller lets the prompt end and the time run out."""
        if self.state.deadline is None:
            self.listen()
        elif not self.state.finished:
            self.now = max(self.now, self.state.deadline)
            self.tell(e.TimerExpired())

    def settle(self) -> None:
        """Everything the box answers by itself, until it is the caller's turn, or the caller waits in a queue."""
        for _ in range(MOST_TURNS):
            answer = self._answer()
            if answer is None:
                return
            self.now += ANSWER_S
            self.tell(answer)

    def play(self, script: Sequence[str]) -> None:
        """The caller does what `script` says: keys ("1", "4711#"), `timeout` (says nothing), `listen` (hears the
        prompt to its end); after the last one says nothing until the flow is over or waits in a queue."""
        for token in script:
            self.until_turn()
            self.act(token)
        for _ in range(MOST_TURNS):
            self.until_turn()
            if self.state.finished or self.state.waiting_for is not WaitingFor.DIGITS:
                return
            self.stay_silent()

    def act(self, token: str) -> None:
        """The caller does one thing, as in `play`."""
        if token == TIMEOUT:
            if self.state.deadline is None:
                self.listen()
            self.stay_silent()
        elif token == LISTEN:
            self.listen()
        else:
            self.press(token)

    def until_turn(self) -> None:
        """Up to the next moment a key would be an answer, or nothing more happens by itself."""
        for _ in range(MOST_TURNS):
            self.settle()
            if self.state.waiting_for is not WaitingFor.PROMPT:
                return
            self.listen()

    def _note(self, commands: tuple[c.FlowCommand, ...]) -> None:
        self.history += [(self.now, command) for command in commands]

    def _answer(self) -> e.FlowEvent | None:
        simple = _SIMPLE.get(self.state.waiting_for)
        if simple is not None:
            return simple(self.world)
        if self.state.waiting_for is WaitingFor.QUEUE:
            return self._queue_answer()
        return self._function_answer() if self.state.waiting_for is WaitingFor.FUNCTION else None

    def _queue_answer(self) -> e.FlowEvent:
        asked = self._last(c.EnterQueue)
        if self.world.queue_error:
            return e.QueueFailed(error=self.world.queue_error)
        return e.QueueEntered(queue=QueueId(str(asked.queue or asked.agent) if asked is not None else ""))

    def _function_answer(self) -> e.FlowEvent:
        asked = self._last(c.InvokeFunction)
        if asked is None or asked.function not in self.world.functions:
            return e.FunctionFailed(reason="no answer was given for it")
        return e.FunctionReturned(result=self.world.functions[asked.function])

    def _length_s(self) -> float:
        played = self._last(c.Play)
        if played is None:
            return 0.0
        return sum(len(part.text or part.ssml or "") * SECONDS_A_LETTER or PROMPT_S for part in played.messages)

    def _playing_prompt(self) -> str:
        played = self._last(c.Play)
        return (played.messages[0].prompt or "") if played is not None else ""

    def _last(self, kind: type[_C]) -> _C | None:
        return next((command for _, command in reversed(self.history) if isinstance(command, kind)), None)


_SIMPLE: dict[WaitingFor, Callable[[World], e.FlowEvent]] = {
    WaitingFor.METRICS: lambda world: e.MetricsMeasured(values=dict(world.metrics)),
    WaitingFor.NUMBER: lambda world: e.NumberDrawn(number=world.number),
    WaitingFor.THIRD_PARTY: lambda world: e.ThirdPartyEnded(outcome=world.third_party),
    WaitingFor.REQUEST: lambda _world: e.RequestDone(),
    WaitingFor.ENCRYPTION: lambda _world: e.InputEncrypted(ciphertext="simulated"),
}
