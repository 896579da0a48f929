"""What contacts ask of agents, from the contact's events to the offer: criteria, agent queues, last agent, turns."""

from __future__ import annotations

from pathlib import Path

from switchboard.fake_contact import FakeContact
from switchboard.harness import Harness, play

from appliance import events as said
from appliance.contact import protocol
from appliance.events.criteria import Condition, Expression, RoutingStep
from appliance.ids import AgentId, QueueId, agent_queue

SALES = QueueId("sales")


def korean(level: float = 1.0, duration_s: float | None = None) -> RoutingStep:
    condition = Condition(name="language", value="ko", low=level)
    return RoutingStep(expression=Expression(condition=condition), duration_s=duration_s)


async def enter(process: FakeContact, wish: said.QueueRequested) -> None:
    process.emit(wish)
    accepted = await process.expect(protocol.AcceptIntoQueue)
    assert accepted.queue == wish.queue
    process.emit(said.ContactQueued(queue=wish.queue))


def test_criteria_when_an_agent_meets_them_then_that_one_rings_though_another_is_idle_longer(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        await box.staff("kim", "lee")
        await box.call("agent.proficiency", agent="lee", name="language", value="ko", level=4)
        process = await box.process(0)
        process.begin()
        await enter(process, said.QueueRequested(queue=SALES, criteria=(korean(4.0),)))
        assert (await process.offered()).agent == "lee"

    play(tmp_path, scene)


def test_criteria_when_the_step_expires_then_anybody_rings(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        await box.staff("kim")
        process = await box.process(0)
        contact = process.begin()
        await enter(process, said.QueueRequested(queue=SALES, criteria=(korean(4.0, duration_s=0.5),)))
        assert (await process.offered()).agent == "kim"
        queued = (await box.events(contact, "QueueRequested"))[0]
        row = await box.agent("kim")
        assert row["activity"] == "ringing"
        assert queued["criteria"][0]["duration_s"] == 0.5

    play(tmp_path, scene)


def test_criteria_when_changed_while_waiting_then_they_count_at_once_and_the_place_is_kept(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        await box.staff("kim")
        process, other = await box.process(0), await box.process(1)
        process.begin()
        await enter(process, said.QueueRequested(queue=SALES, criteria=(korean(),)))
        process.emit(said.RoutingUpdated(priority=3))
        process.emit(said.RoutingUpdated(criteria=()))
        offer = await process.offered()
        assert offer.agent == "kim"
        process.missed(offer)
        other.begin()
        await enter(other, said.QueueRequested(queue=SALES))
        await box.call("agent.status", agent="kim", status="Available")
        assert (await process.offered()).agent == "kim"

    play(tmp_path, scene)


def test_criteria_when_the_switchboard_restarts_then_they_still_hold_and_expire_on_time(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        await box.staff("kim")
        process = await box.process(0)
        contact = process.begin()
        await enter(process, said.QueueRequested(queue=SALES, criteria=(korean(duration_s=3600),)))
        await box.until(lambda: box.events(contact, "ContactQueued"), "queued")
        await process.disconnect()
        await box.stop()
        await box.start()
        await process.connect()
        await box.until_agent("kim", activity="idle", status="Available")
        await box.call("agent.proficiency", agent="kim", name="language", value="ko", level=1)
        assert (await process.offered()).agent == "kim"

    play(tmp_path, scene)


def test_agent_queue_when_the_agent_is_busy_then_the_contact_waits_for_that_one(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        await box.staff("kim", "lee", wrap_up_s=0.1)
        first, second = await box.process(0), await box.process(1)
        first.begin()
        await first.enter_queue()
        offer = await first.offered()
        assert offer.agent == "kim"
        first.answered(offer)
        await box.until_agent("kim", activity="on_contact")
        contact = second.begin()
        await enter(second, said.QueueRequested(queue=agent_queue(AgentId("kim"))))
        assert (await box.agent("lee"))["activity"] == "idle"
        first.hung_up(offer)
        assert (await second.offered()).agent == "kim"
        second.abandoned(agent_queue(AgentId("kim")))
        record = (await box.closed(contact))["record"]
        assert record["Queue"]["Name"] is None
        assert record["Queue"]["ARN"].endswith("/queue/agent/kim")

    play(tmp_path, scene)


def test_agent_queue_when_the_agent_is_unknown_then_refused(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        process = await box.process(0)
        process.begin()
        process.emit(said.QueueRequested(queue=agent_queue(AgentId("nobody"))))
        assert (await process.expect(protocol.RefuseQueue)).error == "NoMatchingError"

    play(tmp_path, scene)


def test_last_agent_when_the_customer_calls_again_then_that_one_rings_even_after_a_restart(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        await box.staff("kim", "lee", wrap_up_s=0.1, last_agent_s=30)
        process = await box.process(0)
        contact = process.begin()
        await process.enter_queue()
        offer = await process.offered()
        assert offer.agent == "kim"
        process.answered(offer)
        process.hung_up(offer)
        await box.closed(contact)
        await process.disconnect()
        await box.stop()
        await box.start()
        await process.connect()
        await box.until_agent("kim", activity="idle")
        again = process.begin()
        await process.enter_queue()
        assert (await process.offered()).agent == "kim", "lee is idle longer"
        assert again != contact

    play(tmp_path, scene)


def test_round_robin_when_three_contacts_come_then_each_agent_in_turn(tmp_path: Path) -> None:
    async def scene(box: Harness) -> None:
        await box.staff("kim", "lee", wrap_up_s=0.1, agent_order="round_robin")
        process = await box.process(0)
        rang = []
        for _ in range(3):
            contact = process.begin()
            await process.enter_queue()
            offer = await process.offered()
            rang.append(offer.agent)
            process.answered(offer)
            process.hung_up(offer)
            await box.closed(contact)
            await box.until_agent(offer.agent, activity="idle")
            for agent in ("lee", "kim"):  # whoever rang last is idle longest: only the turn decides
                if agent != offer.agent:
                    await box.call("agent.status", agent=agent, status="Break")
                    await box.call("agent.status", agent=agent, status="Available")
        assert rang == ["kim", "lee", "kim"]

    play(tmp_path, scene)
