"""Errands: every state and event, and a world in which everything dies at the worst moment."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from msgspec.structs import replace

from appliance.acd import errands as m
from appliance.acd.errands import Errand, ErrandState, Outcome, machine, step
from appliance.events import ErrandKind
from appliance.ids import ContactId, ErrandId, OfferId, QueueId
from appliance.stamps import Stamp

S = ErrandState
EVENTS = (
    m.TimeCame(),
    m.Offered(offer=OfferId("c/2")),
    m.OfferEnded(offer=OfferId("c/1")),
    m.AgentTook(),
    m.CustomerAnswered(),
    m.AttemptEnded(outcome=Outcome.BUSY),
    m.Cancelled(),
    m.Recalled(),
    m.Struck(),
)
MINT = ContactId("minted")


def at(seconds: float) -> Stamp:
    return Stamp(boot="b", mono_s=seconds, wall_s=1000.0 + seconds, synced=True)


def errand(state: ErrandState = S.SCHEDULED, **fields: object) -> Errand:
    values = {
        "errand": ErrandId("e"),
        "kind": ErrandKind.CALLBACK,
        "number": "+12065550100",
        "queue": QueueId("sales"),
        "asked": at(0),
        "due": at(5),
        "waiting_since": at(-60),
        "contact": ContactId("c"),
        "max_attempts": 3,
        "retry_delay_s": 60.0,
        "lease": OfferId("c/1") if state in (S.OFFERED, S.DIALLED, S.CONNECTED) else None,
    }
    return Errand(state=state, **{**values, **fields})


AFTER = {
    (S.SCHEDULED, m.TimeCame): S.QUEUED,
    (S.SCHEDULED, m.Cancelled): S.CANCELLED,
    (S.SCHEDULED, m.AttemptEnded): S.SCHEDULED,
    (S.QUEUED, m.Offered): S.OFFERED,
    (S.QUEUED, m.AgentTook): S.DIALLED,
    (S.QUEUED, m.Cancelled): S.CANCELLED,
    (S.QUEUED, m.AttemptEnded): S.SCHEDULED,
    (S.OFFERED, m.Offered): S.OFFERED,
    (S.OFFERED, m.OfferEnded): S.QUEUED,
    (S.OFFERED, m.AgentTook): S.DIALLED,
    (S.OFFERED, m.Cancelled): S.CANCELLED,
    (S.OFFERED, m.AttemptEnded): S.SCHEDULED,
    (S.DIALLED, m.CustomerAnswered): S.CONNECTED,
    (S.DIALLED, m.Cancelled): S.DIALLED,
    (S.DIALLED, m.AttemptEnded): S.SCHEDULED,
    (S.SCHEDULED, m.Struck): S.CANCELLED,
    (S.QUEUED, m.Struck): S.CANCELLED,
    (S.OFFERED, m.Struck): S.CANCELLED,
    (S.DIALLED, m.Struck): S.DIALLED,
    (S.CONNECTED, m.AttemptEnded): S.DONE,
    (S.CONNECTED, m.Cancelled): S.CONNECTED,
}


@pytest.mark.parametrize(("state", "event"), list(itertools.product(ErrandState, EVENTS)))
def test_errand_when_told_in_any_state_then_the_table_says_where_it_goes(
    state: ErrandState, event: m.ErrandEvent
) -> None:
    before = errand(state)
    after, commands = step(before, event, at(10), MINT)
    assert after.state is AFTER.get((state, type(event)), state)
    if (state, type(event)) not in AFTER:  # a callback is never recalled
        assert (after, commands) == (before, ())


def test_attempt_when_busy_then_the_next_one_follows_after_the_pause_in_the_old_place() -> None:
    after, commands = step(errand(S.DIALLED), m.AttemptEnded(outcome=Outcome.BUSY), at(100), MINT)
    assert (after.attempt, after.outcomes, after.contact, after.previous) == (2, (Outcome.BUSY,), MINT, "c")
    assert after.due == at(160)
    assert after.waiting_since == at(-60)
    assert after.lease is None
    assert commands == (m.LinkAttempts(before=ContactId("c"), outcome=Outcome.BUSY), m.BeginContact())


def test_attempt_when_it_was_the_last_then_failed() -> None:
    after, commands = step(errand(S.DIALLED, attempt=3), m.AttemptEnded(outcome=Outcome.NO_ANSWER), at(1), MINT)
    assert (after.state, after.outcomes, commands) == (S.FAILED, (Outcome.NO_ANSWER,), ())


def test_attempt_when_there_is_no_such_number_then_nobody_tries_again() -> None:
    after, _ = step(errand(S.DIALLED), m.AttemptEnded(outcome=Outcome.INVALID), at(1), MINT)
    assert after.state is S.FAILED


def test_attempt_when_the_customer_hung_up_then_done_even_if_the_answer_was_not_told() -> None:
    after, _ = step(errand(S.DIALLED), m.AttemptEnded(outcome=Outcome.ANSWERED), at(1), MINT)
    assert (after.state, after.outcomes) == (S.DONE, (Outcome.ANSWERED,))


def test_attempt_when_outcome_has_a_pause_of_its_own_then_that_one() -> None:
    given = errand(S.DIALLED, retry_s={Outcome.BUSY: 5.0})
    after, _ = step(given, m.AttemptEnded(outcome=Outcome.BUSY), at(100), MINT)
    assert after.due == at(105)


def test_attempt_when_it_died_before_an_agent_took_it_then_it_counts_for_nothing() -> None:
    after, _ = step(errand(S.OFFERED), m.AttemptEnded(outcome=Outcome.LOST), at(100), MINT)
    assert (after.attempt, after.outcomes, after.redone, after.contact) == (1, (), 1, MINT)


def test_attempt_when_it_dies_again_and_again_then_given_up() -> None:
    now = errand(S.OFFERED)
    for _ in range(machine.MOST_REDONE):
        now, _ = step(now, m.AttemptEnded(outcome=Outcome.LOST), at(100), MINT)
        assert now.state is S.SCHEDULED
    now, _ = step(now, m.AttemptEnded(outcome=Outcome.LOST), at(100), MINT)
    assert now.state is S.FAILED


def test_campaign_when_its_record_waits_then_without_a_contact() -> None:
    record = errand(kind=ErrandKind.CAMPAIGN, contact=None, campaign="spring")
    assert m.begin(record) == ()
    queued, commands = step(record, m.TimeCame(), at(5), MINT)
    assert (queued.contact, commands) == (MINT, (m.BeginContact(), m.JoinQueue()))
    dialled = replace(queued, state=S.DIALLED)
    after, commands = step(dialled, m.AttemptEnded(outcome=Outcome.BUSY), at(9), ContactId("other"))
    assert (after.contact, after.previous, commands) == (None, MINT, ())


def test_campaign_when_its_record_is_recalled_then_it_waits_without_a_contact() -> None:
    record = errand(S.QUEUED, kind=ErrandKind.CAMPAIGN, campaign="spring")
    after, commands = step(record, m.Recalled(), at(7), MINT)
    assert (after.state, after.contact, after.due) == (S.SCHEDULED, None, at(7))
    assert commands == (m.EndContact(contact=ContactId("c")),)


def test_campaign_when_agents_skip_a_record_then_no_attempt_counts_until_nobody_wants_it() -> None:
    now = errand(S.DIALLED, kind=ErrandKind.CAMPAIGN, campaign="spring")
    for _ in range(machine.MOST_SKIPS - 1):
        now, _ = step(now, m.AttemptEnded(outcome=Outcome.SKIPPED), at(10), MINT)
        assert (now.state, now.attempt, now.outcomes, now.due) == (S.SCHEDULED, 1, (), at(10 + machine.SKIPPED_S))
        now = replace(now, state=S.DIALLED)
    now, _ = step(now, m.AttemptEnded(outcome=Outcome.SKIPPED), at(10), MINT)
    assert (now.state, now.outcomes) == (S.FAILED, (Outcome.SKIPPED,))


def test_number_when_struck_then_nobody_calls_it_and_the_record_says_why() -> None:
    after, commands = step(errand(S.QUEUED), m.Struck(), at(1), MINT)
    assert after.outcomes == (Outcome.DO_NOT_CALL,)
    assert commands == (m.EndContact(contact=ContactId("c")),)


def test_lease_when_an_older_one_ends_then_the_one_in_force_stays() -> None:
    given = errand(S.OFFERED, lease=OfferId("c/2"))
    assert step(given, m.OfferEnded(offer=OfferId("c/1")), at(1), MINT) == (given, ())


class World(RuleBasedStateMachine):
    """One errand, its contact processes, and a switchboard that forgets whatever is not stored.

    `stored` is the errand as the store has it; `said` the events of each contact that are on the disk, told again after
    every restart; a process dials only with the lease that the store knows, after it has written that an agent took it.
    """

    def __init__(self) -> None:
        super().__init__()
        self.clock = 0.0
        self.minted = 1
        self.offers = 0
        self.stored = errand()
        self.said: dict[ContactId, list[m.ErrandEvent]] = {}
        self.holder: ContactId | None = None  # whose process lives, after GiveLease
        self.dialled: dict[tuple[ContactId, int], int] = {}
        self.over: set[ContactId] = set()
        self.asked: list[m.GiveLease] = []

    def tell(self, event: m.ErrandEvent) -> None:
        self.clock += 1
        self.minted += 1
        before = self.stored
        self.stored, commands = step(before, event, at(self.clock), ContactId(f"c{self.minted}"))
        for command in commands:
            if isinstance(command, m.GiveLease):
                self.asked.append(command)
            if isinstance(command, m.EndContact):
                self.over.add(command.contact)
                self.holder = None if self.holder == command.contact else self.holder

    def hear(self, contact: ContactId, event: m.ErrandEvent) -> None:
        """An event of `contact` reaches the store, and then the errand if it is still its contact."""
        self.said.setdefault(contact, []).append(event)
        if self.stored.contact == contact:
            self.tell(event)

    @rule()
    def time_comes(self) -> None:
        self.tell(m.TimeCame())

    @precondition(lambda self: self.stored.state is S.QUEUED and self.holder is None)
    @rule()
    def acd_offers(self) -> None:
        self.offers += 1
        self.asked.clear()
        self.tell(m.Offered(offer=OfferId(f"{self.stored.contact}/{self.offers}")))

    @precondition(lambda self: self.asked and self.holder is None and self.stored.state is S.OFFERED)
    @rule()
    def process_begins(self) -> None:
        assert self.stored.lease == self.asked.pop().offer
        self.holder = self.stored.contact

    @precondition(lambda self: self.holder is not None and self.taken(self.holder) == 0)
    @rule()
    def agent_misses(self) -> None:
        assert self.holder is not None and self.stored.lease is not None
        contact, self.holder = self.holder, None
        self.hear(contact, m.OfferEnded(offer=self.stored.lease))

    @precondition(lambda self: self.holder is not None and self.taken(self.holder) == 0)
    @rule(dies=st.booleans())
    def agent_takes(self, dies: bool) -> None:
        """Written first, then dialled; the process may die in between."""
        assert self.holder is not None
        contact, attempt = self.holder, self.stored.attempt
        self.hear(contact, m.AgentTook())
        if dies:
            self.holder = None
            self.dies(contact)
            return
        self.dialled[(contact, attempt)] = self.dialled.get((contact, attempt), 0) + 1

    @precondition(lambda self: self.holder is not None and self.taken(self.holder) == 1)
    @rule(answers=st.booleans(), outcome=st.sampled_from([Outcome.BUSY, Outcome.NO_ANSWER, Outcome.AGENT_LEFT]))
    def call_ends(self, answers: bool, outcome: Outcome) -> None:
        assert self.holder is not None
        contact, self.holder = self.holder, None
        if answers:
            self.hear(contact, m.CustomerAnswered())
        self.over.add(contact)
        self.hear(contact, m.AttemptEnded(outcome=outcome))

    @precondition(lambda self: self.holder is not None)
    @rule()
    def process_dies(self) -> None:
        assert self.holder is not None
        contact, self.holder = self.holder, None
        self.dies(contact)

    def dies(self, contact: ContactId) -> None:
        self.over.add(contact)
        self.hear(contact, m.AttemptEnded(outcome=Outcome.LOST))

    @rule()
    def switchboard_restarts(self) -> None:
        """What was asked for is forgotten; the events are told again; a lease that nobody claims is void."""
        self.asked.clear()
        contact = self.stored.contact
        for event in list(self.said.get(contact, ())) if contact is not None else ():
            if self.stored.contact == contact:
                self.tell(event)
        if self.holder is None and self.stored.state is S.OFFERED and self.stored.lease is not None:
            self.tell(m.OfferEnded(offer=self.stored.lease))

    @rule()
    def somebody_cancels(self) -> None:
        if self.clock > 60:  # let most runs get somewhere
            self.tell(m.Cancelled())

    def taken(self, contact: ContactId) -> int:
        return sum(isinstance(event, m.AgentTook) for event in self.said.get(contact, ()))

    @invariant()
    def nobody_is_called_twice_within_an_attempt(self) -> None:
        assert all(count == 1 for count in self.dialled.values())
        attempts = [attempt for _, attempt in self.dialled]
        assert len(attempts) == len(set(attempts))

    @invariant()
    def never_more_attempts_than_allowed(self) -> None:
        assert len(self.stored.outcomes) <= self.stored.max_attempts
        assert len(self.dialled) <= 3

    @invariant()
    def never_lost(self) -> None:
        """Until it is over somebody or something will go on with it: its time, the ACD, or a process."""
        if self.stored.state in (S.DIALLED, S.CONNECTED):
            assert self.holder == self.stored.contact
        if not self.stored.over and self.stored.contact is not None:
            assert self.stored.contact not in self.over


TestWorld = World.TestCase
TestWorld.settings = settings(max_examples=150, stateful_step_count=60, deadline=None)
