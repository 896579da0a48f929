"""What the world of the ACD may be made of: queues, agents, and what they are configured with."""

from __future__ import annotations

from hypothesis import strategies as st

from appliance.acd.model import (
    Activity,
    AgentOrder,
    AgentPlan,
    AvailabilityTimer,
    Proficiency,
    QueuePlan,
    QueueShare,
)
from appliance.events.criteria import Condition, Expression, RoutingStep
from appliance.ids import AgentId, Extension, QueueId, agent_queue

QUEUES = [QueueId(name) for name in ("help", "sales", "spare")]
AGENTS = [AgentId(name) for name in ("ann", "bob", "cid", "dee")]
OWN = [agent_queue(agent) for agent in AGENTS]
SEATS = [Extension("10"), Extension("11"), None]
BLAMED = {
    "no_answer": Activity.MISSED,
    "busy": Activity.MISSED,
    "rejected": Activity.MISSED,
    "unreachable": Activity.ERROR,
    "failed": Activity.ERROR,
}
DELAYS = st.sampled_from([0.0, 0.0, 0.0, 7.0, 30.0])
SHARES = st.lists(
    st.builds(QueueShare, queue=st.sampled_from(QUEUES), priority=st.integers(1, 2), delay_s=DELAYS),
    max_size=3,
    unique_by=lambda share: share.queue,
)
SKILLS = st.lists(
    st.builds(
        Proficiency, name=st.just("speaks"), value=st.sampled_from(["en", "ko"]), level=st.sampled_from([1.0, 3.0, 5.0])
    ),
    max_size=2,
    unique_by=lambda held: held.value,
)
AGENT_PLANS = st.builds(
    AgentPlan,
    agent=st.sampled_from(AGENTS),
    extension=st.sampled_from([SEATS[0], *SEATS]),
    queues=SHARES.map(tuple),
    proficiencies=SKILLS.map(tuple),
    timer=st.sampled_from(AvailabilityTimer),
    wrap_up_s=st.sampled_from([None, None, 0.0, 9.0]),
)
CONDITIONS = st.one_of(
    st.builds(
        Condition,
        name=st.just("speaks"),
        value=st.sampled_from(["en", "ko"]),
        low=st.sampled_from([1.0, 3.0]),
        high=st.sampled_from([3.0, 5.0]),
        negated=st.booleans(),
    ),
    st.builds(Condition, agents=st.lists(st.sampled_from(AGENTS), min_size=1, max_size=2).map(tuple)),
)
EXPRESSIONS = st.recursive(
    st.builds(Expression, condition=CONDITIONS),
    lambda inner: st.one_of(
        st.builds(Expression, all_of=st.lists(inner, min_size=1, max_size=2).map(tuple)),
        st.builds(Expression, any_of=st.lists(inner, min_size=1, max_size=2).map(tuple)),
    ),
    max_leaves=3,
)
STEPS = st.builds(RoutingStep, expression=EXPRESSIONS, duration_s=st.sampled_from([4.0, 20.0, 50.0, None]))
CRITERIA = st.one_of(st.just(()), st.just(()), st.lists(STEPS, min_size=1, max_size=2).map(tuple))
QUEUE_PLANS = st.builds(
    QueuePlan,
    queue=st.sampled_from(QUEUES),
    max_contacts=st.sampled_from([None, None, 1, 3]),
    wrap_up_s=st.sampled_from([0.0, 5.0, 30.0]),
    enabled=st.sampled_from([True, True, True, False]),
    agent_order=st.sampled_from(AgentOrder),
    last_agent_s=st.sampled_from([0.0, 0.0, 12.0]),
)
ANY = st.randoms(use_true_random=False)
