"""What stands in the recordings: both sides on one clock, no second lost, each voice on its own side."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from contact.rtp_parties import RtpParty
from contact.stage import AGENT_HZ, CUSTOMER_HZ, SALES, Stage
from kit.audio import Sound, read_sides
from kit.processes import wait_until

from appliance.contact.protocol import HoldCustomer, MuteLeg, PauseRecording, ResumeRecording
from appliance.dialplan.plan import QueuePlan
from appliance.dialplan.recording_policy import RecordingPolicy
from appliance.events import (
    AgentConnected,
    CustomerHeld,
    LegMuted,
    RecordingPaused,
    RecordingRefused,
    RecordingResumed,
    RecordingStarted,
    RecordingStopped,
)
from appliance.ids import AgentId, ContactId, FlowId, LegId

pytestmark = pytest.mark.scenario
ALIGNED_S = 0.02


def talk_in_silence(stage: Stage, customer: RtpParty, agent: RtpParty) -> ContactId:
    """Customer and agent are connected and recorded, nobody speaks."""
    _, contact = stage.into_queue(customer)
    phone = stage.offer(contact)
    phone.media_port = agent.port
    phone.answer()
    stage.switchboard.wait_event(contact, AgentConnected)
    stage.switchboard.wait_event(contact, RecordingStarted)
    customer.hears_silence(0.2)
    agent.hears_silence(0.2)
    return contact


def hang_up(stage: Stage, contact: ContactId) -> tuple[Sound, Sound]:
    """Everybody hangs up: (customer side, agent side), complete."""
    stage.be_quiet()
    started = stage.switchboard.wait_event(contact, RecordingStarted)
    (customer_side,), (agent_side,) = (read_sides(Path(path)) for path in (started.customer_path, started.agent_path))
    return customer_side, agent_side


def onsets(side: Sound, frequency_hz: float) -> list[float]:
    """Where the tone begins, each time it has been silent before, in seconds; exact to 2.5 ms."""
    step = side.rate_hz // 400
    found: list[float] = []
    silent_s = 1.0
    for at in range(0, len(side.samples) - step, step):
        loud = max(map(abs, side.samples[at : at + step])) > 1000
        if loud and silent_s >= 0.1:
            second = at / side.rate_hz
            assert side.part(second, second + 0.1).has_tone(frequency_hz), f"no {frequency_hz:g} Hz at {second:.3f} s"
            found.append(second)
        silent_s = 0.0 if loud else silent_s + step / side.rate_hz
    return found


def pulses(stage: Stage, acts: list[tuple[Callable[[], None], ...]], seconds: float) -> list[float]:
    """Each of `acts` at one instant for all, `seconds` apart by the studio's clock. Returns the instants."""
    instants: list[float] = []
    for act in acts:
        stage.studio.together(*act, lambda: instants.append(time.monotonic()))
        wait_until(lambda: time.monotonic() >= instants[-1] + seconds, timeout_s=seconds + 5, what="the next pulse")
    return instants


def test_sides_when_both_begin_to_speak_at_once_are_aligned_within_20_ms(
    stage: Stage, customer: RtpParty, agent: RtpParty
) -> None:
    contact = talk_in_silence(stage, customer, agent)
    speak = (lambda: customer.say(CUSTOMER_HZ), lambda: agent.say(AGENT_HZ))
    hush = (customer.be_silent, agent.be_silent)
    pulses(stage, [speak, hush] * 5, 0.25)
    sides = hang_up(stage, contact)
    customers, agents = onsets(sides[0], CUSTOMER_HZ), onsets(sides[1], AGENT_HZ)
    assert len(customers) == len(agents) == 5
    apart = [abs(one - other) for one, other in zip(customers, agents, strict=True)]
    assert max(apart) <= ALIGNED_S + 0.5 / 8000, apart  # one frame, whatever floats make of it
    assert len(sides[0].samples) == len(sides[1].samples)


def test_sides_when_nobody_sends_anything_grow_on_and_keep_the_time(
    stage: Stage, customer: RtpParty, agent: RtpParty
) -> None:
    contact = talk_in_silence(stage, customer, agent)
    speak = (lambda: customer.say(CUSTOMER_HZ), lambda: agent.say(AGENT_HZ))
    nothing = (customer.send_nothing, agent.send_nothing)
    said = pulses(stage, [speak, nothing], 0.4)
    said += pulses(stage, [nothing, speak], 2.0)
    sides = hang_up(stage, contact)
    for side, frequency_hz in zip(sides, (CUSTOMER_HZ, AGENT_HZ), strict=True):
        first, second = onsets(side, frequency_hz)
        assert second - first == pytest.approx(said[3] - said[0], abs=0.1)
        assert side.part(first + 1.2, second - 0.1).rms() < 60
    assert len(sides[0].samples) == len(sides[1].samples)


def test_length_when_a_call_ends_is_the_time_between_start_and_stop(
    stage: Stage, customer: RtpParty, agent: RtpParty
) -> None:
    contact = talk_in_silence(stage, customer, agent)
    pulses(stage, [(lambda: customer.say(CUSTOMER_HZ),)], 1.0)
    sides = hang_up(stage, contact)
    at = {type(event.body): event.at for event in stage.switchboard.events if event.contact == contact}
    lasted_s = at[RecordingStopped].seconds_since(at[RecordingStarted])
    for side in sides:
        assert side.duration_s == pytest.approx(lasted_s, abs=0.1)


def test_sides_when_one_speaks_carry_just_that_voice(stage: Stage, customer: RtpParty, agent: RtpParty) -> None:
    contact = talk_in_silence(stage, customer, agent)
    pulses(stage, [(lambda: customer.say(CUSTOMER_HZ),)], 0.6)
    customer_side, agent_side = hang_up(stage, contact)
    assert len(onsets(customer_side, CUSTOMER_HZ)) == 1
    assert agent_side.rms() < 30


def test_sides_when_on_hold_go_on_without_the_music(stage: Stage, customer: RtpParty, agent: RtpParty) -> None:
    contact = talk_in_silence(stage, customer, agent)
    stage.switchboard.command(HoldCustomer(contact=contact))
    stage.switchboard.wait_event(contact, CustomerHeld)
    pulses(stage, [(lambda: agent.say(AGENT_HZ),)], 0.6)
    customer_side, agent_side = hang_up(stage, contact)
    assert len(onsets(agent_side, AGENT_HZ)) == 1
    assert customer_side.rms() < 30


def test_sides_when_the_customer_is_muted_are_silent_for_that_long(
    stage: Stage, customer: RtpParty, agent: RtpParty
) -> None:
    contact = talk_in_silence(stage, customer, agent)
    stage.switchboard.command(MuteLeg(contact=contact, leg=LegId("customer")))
    stage.switchboard.wait_event(contact, LegMuted)
    pulses(stage, [(lambda: customer.say(CUSTOMER_HZ), lambda: agent.say(AGENT_HZ))], 0.5)
    customer_side, agent_side = hang_up(stage, contact)
    assert customer_side.rms() < 30
    assert len(onsets(agent_side, AGENT_HZ)) == 1
    assert len(customer_side.samples) == len(agent_side.samples)


def test_sides_when_paused_are_silent_for_just_that_long_and_resume_after_it(
    stage: Stage, customer: RtpParty, agent: RtpParty
) -> None:
    """Payment data: both talk all the time, the file holds silence of the exact length, marked by two events."""
    contact = talk_in_silence(stage, customer, agent)
    speak = (lambda: customer.say(CUSTOMER_HZ), lambda: agent.say(AGENT_HZ))
    pulses(stage, [speak], 0.6)
    stage.switchboard.command(PauseRecording(contact=contact, by=AgentId("kim")))
    paused = stage.switchboard.wait_event(contact, RecordingPaused)
    pulses(stage, [(lambda: None,)], 0.7)
    customer.hears_tone(AGENT_HZ)
    stage.switchboard.command(ResumeRecording(contact=contact, by=AgentId("kim")))
    resumed = stage.switchboard.wait_event(contact, RecordingResumed)
    pulses(stage, [(lambda: None,)], 0.5)
    sides = hang_up(stage, contact)
    assert (paused.by, paused.source) == ("kim", "command")
    for side, frequency_hz in zip(sides, (CUSTOMER_HZ, AGENT_HZ), strict=True):
        first, second = onsets(side, frequency_hz)
        assert second == pytest.approx(resumed.at_s, abs=0.05)
        assert side.part(paused.at_s + 0.05, resumed.at_s - 0.05).rms() < 30
        assert side.part(first + 0.1, paused.at_s - 0.1).has_tone(frequency_hz)
    assert len(sides[0].samples) == len(sides[1].samples)


def test_keys_when_the_recording_is_paused_are_masked_to_the_agent(
    stage: Stage, customer: RtpParty, agent: RtpParty
) -> None:
    """Phones may sound a key in-band as well: what the customer sends around it doesn't reach the agent."""
    contact = talk_in_silence(stage, customer, agent)
    customer.say(CUSTOMER_HZ)
    agent.hears_tone(CUSTOMER_HZ)
    stage.switchboard.command(PauseRecording(contact=contact))
    stage.switchboard.wait_event(contact, RecordingPaused)
    agent.hears_tone(CUSTOMER_HZ)
    customer.press("4")
    agent.hears_silence(0.4)
    agent.hears_tone(CUSTOMER_HZ)
    hang_up(stage, contact)


def test_pause_when_nothing_is_recorded_or_it_is_paused_already_changes_nothing(
    stage: Stage, customer: RtpParty, agent: RtpParty
) -> None:
    contact = talk_in_silence(stage, customer, agent)
    for command in (ResumeRecording, PauseRecording, PauseRecording, ResumeRecording, ResumeRecording):
        stage.switchboard.command(command(contact=contact))
    stage.switchboard.wait_event(contact, RecordingResumed)
    hang_up(stage, contact)
    bodies = [event.body for event in stage.switchboard.events if event.contact == contact]
    assert sum(isinstance(body, RecordingPaused) for body in bodies) == 1
    assert sum(isinstance(body, RecordingResumed) for body in bodies) == 1


def test_files_when_a_call_is_under_way_grow_as_it_goes_on(stage: Stage, customer: RtpParty, agent: RtpParty) -> None:
    """A power cut may cost a second: what is older stands in the file."""
    contact = talk_in_silence(stage, customer, agent)
    started = stage.switchboard.wait_event(contact, RecordingStarted)
    sizes = [Path(started.customer_path).stat().st_size]

    def grown() -> bool:
        size = Path(started.customer_path).stat().st_size
        if size != sizes[-1]:
            sizes.append(size)
        return len(sizes) > 4

    wait_until(grown, timeout_s=10, what="the file grows four times")
    steps_s = [(after - before) / 16000 for before, after in itertools.pairwise(sizes[1:])]
    assert max(steps_s) <= 0.5
    hang_up(stage, contact)


def test_recording_when_the_disk_is_full_is_refused_and_the_call_goes_on(make_stage: Callable[..., Stage]) -> None:
    stage = make_stage(reserve_bytes=1 << 60)
    caller, _, contact = stage.put_through(stage.party(), stage.party())
    refused = stage.switchboard.wait_event(contact, RecordingRefused)
    assert refused.reason.startswith("disk full")
    assert sorted(path.name for path in (stage.spool / contact).iterdir()) == ["journal.jsonl"]
    caller.bye()
    stage.switchboard.wait_released(contact)


def test_recording_when_the_queue_says_always_and_the_flow_nothing_both_sides(make_stage: Callable[..., Stage]) -> None:
    always = QueuePlan(queue=SALES, queue_flow=FlowId("waiting"), recording=RecordingPolicy.ALWAYS)
    stage = make_stage(recorded=False, plan={"queues": {SALES: always}})
    customer, agent = stage.party(), stage.party()
    caller, _, contact = stage.put_through(customer, agent)
    caller.bye()
    stage.switchboard.wait_released(contact)
    customer_side, agent_side = hang_up(stage, contact)
    assert onsets(customer_side, CUSTOMER_HZ)
    assert onsets(agent_side, AGENT_HZ)


def test_recording_when_the_agent_says_never_whatever_the_flow_says(make_stage: Callable[..., Stage]) -> None:
    stage = make_stage(plan={"recording_of_agents": {"kim": RecordingPolicy.NEVER}})
    caller, _, contact = stage.put_through(stage.party(), stage.party())
    caller.bye()
    stage.switchboard.wait_released(contact)
    assert sorted(path.name for path in (stage.spool / contact).iterdir()) == ["journal.jsonl"]
