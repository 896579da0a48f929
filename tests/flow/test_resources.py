"""What a flow needs, what the box lacks, and how the resource map helps."""

from __future__ import annotations

from appliance.flow.facts import BotMenu, Library, QueueFacts
from appliance.flow.hours_model import Hours
from appliance.flow.resources import missing, needs


def test_needs_when_flow_names_resources_then_all_static_ones(flow, action):
    wanted = flow(
        action("q", "UpdateContactTargetQueue", {"QueueId": "arn:queue/1"}, then="d"),
        action("d", "UpdateContactTargetQueue", {"QueueId": "$.Attributes.q"}, then="f"),
        action("f", "InvokeLambdaFunction", {"LambdaFunctionARN": "${Fn}"}, then="p"),
        action("p", "MessageParticipant", {"PromptId": "arn:prompt/1"}, then="l"),
        action("l", "MessageParticipantIteratively", {"Messages": [{"PromptId": "music"}, {"Text": "x"}, 3]}, then="h"),
        action(
            "h", "UpdateContactEventHooks", {"EventHooks": {"CustomerHold": "hold", "DefaultAgentUI": "view"}}, then="b"
        ),
        action("b", "ConnectParticipantWithLexBot", {"LexV2Bot": {"AliasArn": "arn:bot"}}, then="o"),
        action("o", "CheckHoursOfOperation", {"HoursOfOperationId": "hours"}, then="m"),
        action("m", "InvokeFlowModule", {"FlowModuleId": "mod"}, then="t"),
        action("t", "TransferToFlow", {"ContactFlowId": "next"}, then="g"),
        action("g", "UpdateContactTargetQueue", {"AgentId": "kim"}, then="end"),
    )
    assert [(need.resource.value, need.reference, need.action) for need in needs(wanted)] == [
        ("queue", "arn:queue/1", "q"),
        ("function", "${Fn}", "f"),
        ("prompt", "arn:prompt/1", "p"),
        ("prompt", "music", "l"),
        ("flow", "hold", "h"),
        ("bot", "arn:bot", "b"),
        ("hours", "hours", "o"),
        ("module", "mod", "m"),
        ("flow", "next", "t"),
        ("agent", "kim", "g"),
    ]
    assert {need.reference for need in missing(wanted, Library())} == {need.reference for need in needs(wanted)} - {
        "music"
    }
    names = {"arn:queue/1": "sales", "${Fn}": "lookup", "1": "beep", "arn:prompt/1": "beep", "arn:bot": "menu"}
    box = Library(
        queues={"sales": QueueFacts(queue="sales")},
        functions={"lookup": "lookup"},
        bots={"menu": BotMenu(intents={})},
        hours={"hours": Hours()},
        flows={"hold": wanted, "next": wanted},
        modules={"mod": wanted},
        agents={"kim": "kim"},
        names=names,
    )
    assert missing(wanted, box) == []


def test_library_when_reference_is_an_arn_then_last_part_counts():
    box = Library(queues={"sales": QueueFacts(queue="sales")}, names={"id-1": "sales"})
    assert box.queue("arn:aws:connect:r:1:instance/i/queue/id-1").queue == "sales"
    assert box.queue("arn:aws:connect:r:1:instance/i/queue/sales").queue == "sales"
    assert box.queue("arn:aws:connect:r:1:instance/i/queue/other") is None
    assert box.queue("") is None


def test_missing_when_prompt_is_a_placeholder_then_listed_until_mapped(flow, action):
    playing = flow(action("p", "MessageParticipant", {"PromptId": "${Beep}"}, then="end"))
    assert [need.reference for need in missing(playing, Library())] == ["${Beep}"]
    assert missing(playing, Library(names={"${Beep}": "beep"})) == []
