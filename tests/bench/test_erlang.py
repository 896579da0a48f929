"""The bench's theory against textbook values and itself, and a small simulation against the theory."""

import pytest
from bench.acd import IMPATIENT, PATIENT
from bench.acd_load import Crowd, Size
from bench.erlang import Staffing, erlang_a, erlang_c
from bench.queue_sim import Simulation


def test_erlang_c_when_one_agent_then_as_the_m_m_1_queue() -> None:
    figures = erlang_c(Staffing(agents=1, arrival_rate=0.5, handling_rate=1.0, service_goal_s=0.0))
    assert figures.mean_wait_s == pytest.approx(1.0)
    assert figures.service_level == pytest.approx(0.5)


def test_erlang_c_when_two_agents_then_as_worked_by_hand() -> None:
    """One erlang on two agents: B = (1/2) / (1 + 1 + 1/2) = 1/5, C = 2B / (2 - 1 + B) = 1/3, wait = C / (2 - 1)."""
    figures = erlang_c(Staffing(agents=2, arrival_rate=1.0, handling_rate=1.0, service_goal_s=0.0))
    assert figures.mean_wait_s == pytest.approx(1 / 3)
    assert figures.service_level == pytest.approx(2 / 3)


def test_erlang_a_when_nobody_gives_up_then_as_erlang_c() -> None:
    closed, stationary = erlang_c(PATIENT), erlang_a(PATIENT)
    assert stationary.mean_wait_s == pytest.approx(closed.mean_wait_s, rel=1e-6)
    assert stationary.service_level == pytest.approx(closed.service_level, rel=1e-6)
    assert stationary.abandoned == 0


def test_erlang_a_when_patience_is_as_long_as_handling_then_as_the_poisson_distribution() -> None:
    """With equal rates everybody leaves at one rate: M/M/∞ with one erlang, so E[(N-1)+] = 1 - (1 - 1/e) = 1/e."""
    figures = erlang_a(Staffing(agents=1, arrival_rate=1.0, handling_rate=1.0, patience_rate=1.0, service_goal_s=5.0))
    assert figures.abandoned == pytest.approx(0.36787944)
    assert figures.service_level == pytest.approx(1 - 0.36787944, abs=0.01)


def test_simulation_when_callers_are_patient_then_close_to_theory() -> None:
    simulation = Simulation(PATIENT, seed=1)
    seen = simulation.run(20_000)
    assert seen.service_level == pytest.approx(erlang_c(simulation.drawn()).service_level, rel=0.03)
    assert seen.abandoned == 0


def test_simulation_when_callers_give_up_then_close_to_theory() -> None:
    simulation = Simulation(IMPATIENT, seed=1)
    seen, theory = simulation.run(20_000), erlang_a(simulation.drawn())
    assert seen.mean_wait_s == pytest.approx(theory.mean_wait_s, rel=0.1)
    assert seen.abandoned == pytest.approx(theory.abandoned, rel=0.1)


def test_crowd_when_run_then_offers_are_made_and_every_event_is_timed() -> None:
    crowd = Crowd(Size(queues=5, agents=10, waiting=40, shares=3))
    crowd.run(500)
    assert crowd.offers > 50
    assert len(crowd.times_ns) > 500
