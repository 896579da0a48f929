"""Hypothesis: no document and no event makes parser or engine raise anything but FlowError, or loop."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.errors import FlowError
from appliance.flow import events as e
from appliance.flow.check import check
from appliance.flow.document import parse
from appliance.flow.facts import BotMenu, ContactFacts, Library, QueueFacts
from appliance.flow.importer import import_flows
from appliance.flow.machine import start, step
from appliance.flow.table import TABLE
from appliance.flow.walk import walk
from appliance.ids import FlowId

NAMES = ["a", "b", "c"]
KEYS = sorted({parameter.path.split(".")[0] for row in TABLE.values() for parameter in row.parameters})
texts = st.one_of(
    st.text(max_size=8),
    st.sampled_from(
        ["$.Attributes.k", "$.External.a.b", "x $.Channel y", "$['Attributes']['k']", "5", "-1", "1e400", "True",
         "false", "${X}", "$.", "$", "queue", "$.Queue.Name님", "Joanna", "Current", "\ud55c"]
    ),
)  # fmt: skip
values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), texts),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.one_of(texts, st.sampled_from(KEYS)), inner, max_size=3)
    ),
    max_leaves=6,
)
targets = st.sampled_from(NAMES)
transitions = st.fixed_dictionaries(
    {
        "Errors": st.lists(
            st.fixed_dictionaries(
                {"ErrorType": st.sampled_from(["NoMatchingError", "NoMatchingCondition", "X"]), "NextAction": targets}
            ),
            max_size=2,
        ),
        "Conditions": st.lists(
            st.fixed_dictionaries(
                {
                    "NextAction": targets,
                    "Condition": st.fixed_dictionaries(
                        {
                            "Operator": st.sampled_from(["Equals", "NumberLessThan", "TextContains", "Odd", "And"]),
                            "Operands": st.lists(texts, max_size=2),
                        }
                    ),
                }
            ),
            max_size=3,
        ),
    },
    optional={"NextAction": targets},
)


def nested(path, value):
    """`value` at the dotted `path`."""
    for key in reversed(path.split(".")):
        value = {key: value}
    return value


def merged(parts):
    """Parameters of a type from parts at their own paths, as in real flows, now and then of the wrong kind."""
    found = {}
    for part in parts:
        for key, value in part.items():
            old = found.get(key)
            found[key] = {**old, **value} if isinstance(old, dict) and isinstance(value, dict) else value
    return found


def parameters(kind):
    paths = [parameter.path for parameter in TABLE[kind].parameters] if kind in TABLE else []
    own = st.lists(st.builds(nested, st.sampled_from(paths or ["Text"]), values), max_size=6).map(merged)
    return st.one_of(own, st.dictionaries(st.sampled_from(KEYS), values, max_size=5))


def actions(name):
    kinds = st.one_of(st.sampled_from(sorted(TABLE)), st.just("Nonsense"))
    return kinds.flatmap(
        lambda kind: st.fixed_dictionaries(
            {
                "Identifier": st.just(name),
                "Type": st.just(kind),
                "Parameters": parameters(kind),
                "Transitions": transitions,
            }
        )
    )


documents = st.tuples(*(actions(name) for name in NAMES)).map(
    lambda found: {"Version": "2019-10-30", "StartAction": "a", "Actions": list(found)}
)
small = st.dictionaries(st.sampled_from(["Queue.Size", "Contact.PositionInQueue", "x"]), texts, max_size=2)
events = st.one_of(
    st.just(e.PromptEnded()),
    st.just(e.TimerExpired()),
    st.builds(e.PromptFailed, reason=texts),
    st.builds(e.DigitPressed, digit=st.sampled_from([*"0123456789*#A", "", "12"])),
    st.builds(e.QueueEntered, queue=st.just("queue")),
    st.builds(e.QueueFailed, error=texts),
    st.builds(e.FunctionReturned, result=values),
    st.builds(e.FunctionFailed, reason=texts),
    st.builds(e.MetricsMeasured, values=small),
    st.builds(e.MetricsFailed, reason=texts),
    st.builds(e.ThirdPartyEnded, outcome=st.sampled_from(["Completed", "CallFailed", "x"])),
    st.builds(e.NumberDrawn, number=st.integers(-5, 200)),
    st.builds(e.RequestFailed, error=texts),
    st.builds(e.InputEncrypted, ciphertext=texts),
    st.just(e.RequestDone()),
)


@given(values)
def test_parse_when_given_any_json_then_flow_or_flow_error(document):
    try:
        parse(document if isinstance(document, dict) else str(document), name=FlowId("any"))
    except FlowError as error:
        assert error.problems


@given(st.binary(max_size=200))
def test_import_when_given_any_bytes_then_flow_or_flow_error(data):
    try:
        import_flows(data, name="any")
    except FlowError as error:
        assert str(error)


@given(st.text(max_size=60).map(lambda middle: f'{{"StartAction": "a", "Actions": [{{{middle}'))
def test_import_when_a_flow_is_torn_then_flow_or_flow_error(text):
    try:
        import_flows(text.encode(errors="replace"), name="any")
    except FlowError as error:
        assert str(error)


@settings(max_examples=300)
@given(documents, st.lists(st.tuples(events, st.sampled_from([0.0, 1.0, 30.0])), max_size=12), st.booleans())
def test_engine_when_given_any_flow_and_events_then_never_raises(document, told, furnished):
    flow = parse(document, name=FlowId("any"))
    check(flow)
    facts = ContactFacts(queue="queue" if furnished else None, attributes={"k": "1"}, customer_endpoint="+12065550100")
    library = Library()
    if furnished:
        library = Library(
            flows={"5": flow},
            modules={"5": flow},
            queues={"queue": QueueFacts(queue="queue")},
            functions={"5": "f"},
            bots={"5": BotMenu(intents={"1": "x"})},
        )
    now = 0.0
    state, commands = start(flow, facts, library=library, now=now)
    for event, after_s in told:
        now += after_s
        before = state
        state, commands = step(state, event, now)
        assert before.finished is False or (state is before and commands == ())
        overdue = before.deadline is not None and before.deadline <= now
        assert state.deadline is None or state.deadline > now or (overdue and not isinstance(event, e.TimerExpired))
        assert state.finished == (state.pending is None)


@given(documents)
def test_import_when_given_any_flow_then_takes_it(document):
    from appliance.flow.document import canonical

    found = import_flows(canonical(document), name="any")
    assert [part.flow.start for part in found] == ["a"]


@settings(max_examples=40)
@given(documents)
def test_walk_when_given_any_flow_then_no_faults_and_every_branch_accounted_for(document):
    seen = walk(parse(document, name=FlowId("any")))
    assert seen.faults == ()
    assert seen.whole
