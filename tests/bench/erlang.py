"""What queueing theory says of `agents` servers, Poisson arrivals, exponential handling and patience.

Erlang C: nobody gives up (A. K. Erlang, 1917). Erlang A: M/M/n+M (C. Palm, 1946). Rates per second, times in seconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp

RARE = 1e-13  # states less likely than this are left out
STEPS = 500  # of the integration of the service level


@dataclass(frozen=True, kw_only=True)
class Staffing:
    """patience_rate 0: callers wait for ever; service_goal_s: the T of "answered within T seconds"."""

    agents: int
    arrival_rate: float
    handling_rate: float
    patience_rate: float = 0.0
    service_goal_s: float = 20.0


@dataclass(frozen=True, kw_only=True)
class Figures:
    """mean_wait_s over all contacts, those that gave up included; the others are shares of all contacts."""

    mean_wait_s: float
    service_level: float
    abandoned: float


def erlang_c(staffing: Staffing) -> Figures:
    """In closed form. Needs less than one erlang an agent and `patience_rate` 0."""
    load = staffing.arrival_rate / staffing.handling_rate
    blocked = 1.0  # Erlang B by its recursion
    for agents in range(1, staffing.agents + 1):
        blocked = load * blocked / (agents + load * blocked)
    waits = blocked / (1 - load / staffing.agents * (1 - blocked))
    spare = staffing.agents * staffing.handling_rate - staffing.arrival_rate
    level = 1 - waits * exp(-spare * staffing.service_goal_s)
    return Figures(mean_wait_s=waits / spare, service_level=level, abandoned=0.0)


def erlang_a(staffing: Staffing) -> Figures:
    """From the stationary distribution of the birth-death chain; the service level by integration."""
    chances = _stationary(staffing)
    queue = chances[staffing.agents :]
    mean_queue = sum(length * chance for length, chance in enumerate(queue))
    within = _answered_within(staffing, len(queue))
    level = sum(chances[: staffing.agents]) + sum(p * q for p, q in zip(queue, within, strict=True))
    return Figures(
        mean_wait_s=mean_queue / staffing.arrival_rate,  # Little's law
        service_level=level,
        abandoned=staffing.patience_rate * mean_queue / staffing.arrival_rate,
    )


def _stationary(staffing: Staffing) -> list[float]:
    """Chance of 0, 1, … contacts in the system."""
    weights = [1.0]
    while len(weights) <= staffing.agents or weights[-1] > RARE * sum(weights):
        weights.append(weights[-1] * staffing.arrival_rate / _leaving_rate(staffing, len(weights)))
    total = sum(weights)
    return [weight / total for weight in weights]


def _leaving_rate(staffing: Staffing, contacts: int) -> float:
    waiting = max(0, contacts - staffing.agents)
    return min(contacts, staffing.agents) * staffing.handling_rate + waiting * staffing.patience_rate


def _answered_within(staffing: Staffing, lengths: int) -> list[float]:
    """By the number of contacts ahead in queue: the chance to be answered in time (Runge-Kutta, order 4)."""
    rates = [_leaving_rate(staffing, staffing.agents + ahead) for ahead in range(lengths)]
    step = staffing.service_goal_s / STEPS

    def slope(chances: list[float]) -> list[float]:
        before = [1.0, *chances[:-1]]
        return [
            rate * prior - (rate + staffing.patience_rate) * chance
            for rate, prior, chance in zip(rates, before, chances, strict=True)
        ]

    def moved(chances: list[float], slopes: list[float], by: float) -> list[float]:
        return [chance + by * rise for chance, rise in zip(chances, slopes, strict=True)]

    chances = [0.0] * lengths
    for _ in range(STEPS):
        one = slope(chances)
        two = slope(moved(chances, one, step / 2))
        three = slope(moved(chances, two, step / 2))
        four = slope(moved(chances, three, step))
        mean = [(a + 2 * b + 2 * c + d) / 6 for a, b, c, d in zip(one, two, three, four, strict=True)]
        chances = moved(chances, mean, step)
    return chances
