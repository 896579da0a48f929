"""Pairs in the right order when several contacts and agents became free in one turn."""

from __future__ import annotations

from appliance.acd.agents import Agent
from appliance.acd.lines import Place
from appliance.acd.market import Market
from appliance.acd.model import AVAILABLE, AgentPlan, QueueShare
from appliance.ids import AgentId, ContactId, Extension, QueueId


class Square:
    """A market with its agents and places; pairs are taken out as an offer would."""

    def __init__(self) -> None:
        self.agents: dict[AgentId, Agent] = {}
        self.places: dict[ContactId, Place] = {}
        self.market = Market(self.agents, self.places, {})

    def agent(self, name: str, idle_since: float, *queues: str) -> None:
        shares = tuple(QueueShare(queue=QueueId(queue)) for queue in queues)
        agent = Agent(AgentPlan(agent=AgentId(name), extension=Extension("1"), queues=shares), idle_since)
        agent.choose(AVAILABLE, idle_since)
        self.agents[agent.id] = agent
        for queue in self.market.listen(agent.shares):
            for place in self.places.values():
                if place.queue == queue:
                    self.market.expose(place, 100.0)
        self.market.relist(agent)

    def contact(self, name: str, at: float, queue: str) -> Place:
        place = self.places[ContactId(name)] = Place(ContactId(name), QueueId(queue), at, 0)
        place.rank(5, 0)
        self.market.expose(place, at)
        return place

    def pairs(self) -> list[tuple[str, str]]:
        found = []
        while (pair := self.market.next_pair(100.0)) is not None:
            place, agent = pair
            found.append((place.contact, agent.id))
            self.market.hide(place)
            agent.ring(place.contact, None, 100.0)
            self.market.relist(agent)
        return found


def test_next_pair_when_many_are_free_then_first_contacts_to_longest_idle_agents() -> None:
    square = Square()
    for name, idle_since in (("ann", 3.0), ("bob", 1.0), ("cid", 2.0)):
        square.agent(name, idle_since, "sales")
    for at, name in ((12.0, "c2"), (11.0, "c1")):
        square.contact(name, at, "sales")
    assert square.pairs() == [("c1", "bob"), ("c2", "cid")]


def test_next_pair_when_an_agent_and_a_contact_became_free_then_the_contact_still_gets_the_longest_idle() -> None:
    square = Square()
    square.agent("bob", 1.0, "sales")
    assert square.pairs() == []
    square.contact("c1", 50.0, "sales")
    square.agent("ann", 60.0, "sales")
    square.agent("aaa", 0.5, "help")
    assert square.pairs() == [("c1", "bob")]


def test_next_pair_when_the_longest_idle_may_have_better_then_it_takes_that_and_the_next_agent_follows() -> None:
    square = Square()
    square.contact("first", 10.0, "help")
    square.contact("second", 20.0, "sales")
    assert square.pairs() == []
    square.agent("ann", 1.0, "sales", "help")
    square.agent("bob", 2.0, "sales")
    assert square.pairs() == [("first", "ann"), ("second", "bob")]


def test_next_pair_when_a_contact_was_hidden_again_then_it_proposes_to_nobody() -> None:
    square = Square()
    square.agent("ann", 1.0, "sales", "help")
    square.agent("bob", 0.5, "help")
    assert square.pairs() == []
    square.market.hide(square.contact("hidden", 10.0, "sales"))
    square.contact("c1", 20.0, "help")
    assert square.pairs() == [("c1", "bob")]


def test_next_pair_when_an_agent_became_busy_again_then_it_gets_nobody() -> None:
    square = Square()
    square.agent("ann", 1.0, "sales")
    square.agents[AgentId("ann")].choose("Lunch", 2.0)
    square.market.relist(square.agents[AgentId("ann")])
    square.contact("c1", 20.0, "sales")
    assert square.pairs() == []
