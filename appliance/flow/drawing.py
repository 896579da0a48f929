"""A flow as a picture: text in Graphviz' DOT language, which `dot -Tsvg` draws. Makes the text only.

Made to be read on paper: top to bottom, one arrow for branches that lead to the same place, what is said or asked for
in the box. The identifier stands in every box, because findings and traces name it.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from html import escape

from appliance.flow.model import CATCH_ALL, Action, Flow
from appliance.flow.table import row_of

START = '"(start)"'  # no identifier can hold a parenthesis
_FONT = "Helvetica,Arial,sans-serif"
_LINE_LETTERS = 34
_MOST_LINES = 3
_BRANCH_LETTERS = 26
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_TELLING = (
    "Text",
    "SSML",
    "PromptId",
    "QueueId",
    "AgentId",
    "ContactFlowId",
    "FlowModuleId",
    "LambdaFunctionARN",
    "ComparisonValue",
    "HoursOfOperationId",
    "MetricType",
    "LoopCount",
    "ThirdPartyPhoneNumber",
    "TextToSpeechVoice",
    "CallbackNumber",
)
_COLOURS = {"A": "#e8f1fb", "B": "#fdf3dc", "C": "#f6e0e0", "D": "#f6e0e0", "U": "#f3c6c6"}
_ERRORS = {
    CATCH_ALL: "error",
    "NoMatchingCondition": "anything else",
    "InputTimeLimitExceeded": "no key in time",
    "QueueAtCapacity": "queue is full",
    "InvalidPhoneNumber": "no phone number",
    "CallFailed": "call failed",
    "ConnectionTimeLimitExceeded": "not answered",
}
_ENDS_ON_SUCCESS = frozenset({"TransferContactToQueue", "TransferToFlow", "DequeueContactAndTransferToQueue"})
_RESULTS = {"ContinueLooping": "once more", "DoneLooping": "done", "MessagesInterrupted": "interrupted"}
_OPERATORS = {
    "Equals": "",
    "TextStartsWith": "starts with ",
    "TextEndsWith": "ends with ",
    "TextContains": "contains ",
    "NumberGreaterThan": "> ",
    "NumberGreaterOrEqualTo": "≥ ",
    "NumberLessThan": "< ",
    "NumberLessOrEqualTo": "≤ ",
}


def dot(flow: Flow) -> str:
    """The DOT text of `flow`: boxes named by type and identifier, errors dashed, conditions with their operand.

    Colours: local blue, needs a local substitute yellow, takes its error branch on this box red.
    """
    lines = [
        f"digraph {_quoted(flow.name)} {{",
        f'  rankdir=TB; nodesep=0.3; ranksep=0.45; fontname="{_FONT}"; fontsize=16;',
        f'  node [shape=box, style="rounded,filled", fontname="{_FONT}", fontsize=11, margin="0.14,0.07"];',
        f'  edge [fontname="{_FONT}", fontsize=10, arrowsize=0.7];',
        f"  label={_quoted(f'{flow.name} ({flow.flow_type.value})')}; labelloc=t;",
        f"  {START} [shape=circle, label=start, fillcolor=white, margin=0, fontsize=10];",
        f"  {START} -> {_quoted(flow.start)};",
    ]
    for action in flow.actions.values():
        lines.append(f"  {_quoted(action.identifier)} [{_look(action)}];")
        lines += (f"  {_quoted(action.identifier)} -> {way};" for way in _ways(action))
    return "\n".join([*lines, "}", ""])


def _look(action: Action) -> str:
    row = row_of(action.type)
    parts = [f"<b>{escape(action.type)}</b>"]
    parts += [escape(line) for line in _gist(action)]
    parts.append(f'<font point-size="9" color="#606060">{escape(_name(action.identifier))}</font>')
    shape = ", peripheries=2" if row.terminal else ""
    colour = _quoted(_COLOURS[row.offline])
    return f"label=<{'<br/>'.join(parts)}>, tooltip={_quoted(action.identifier)}, fillcolor={colour}{shape}"


def _name(identifier: str) -> str:
    """A UUID by its beginning: nobody reads the rest, and the picture's tool tip has it."""
    return f"{identifier[:8]}…" if _UUID.fullmatch(identifier) else identifier


def _gist(action: Action) -> Iterator[str]:
    """What a person would want to know of the parameters, as lines: the first telling text among them."""
    for key in _TELLING:
        value = action.parameter(key)
        if isinstance(value, str) and value.strip():
            yield from _wrapped(value.rpartition("/")[2] if value.startswith("arn:") else value)
            return
    messages = action.parameter("Messages")
    attributes = action.parameter("Attributes")
    hooks = action.parameter("EventHooks")
    if isinstance(messages, list) and messages and isinstance(messages[0], dict):
        yield from _wrapped(next((str(part) for part in messages[0].values() if part), ""))
    elif isinstance(attributes, dict) and attributes:
        yield from _wrapped(", ".join(f"{key} = {value}" for key, value in attributes.items()))
    elif isinstance(hooks, dict) and hooks:
        yield from _wrapped(", ".join(str(hook) for hook in hooks))


def _wrapped(text: str) -> list[str]:
    plain = " ".join(re.sub(r"<[^>]*>", " ", text).split())
    return textwrap.wrap(plain, _LINE_LETTERS, max_lines=_MOST_LINES, placeholder=" …")


def _ways(action: Action) -> Iterator[str]:
    """One arrow for each place a branch leads to; dashed where only errors lead there."""
    labels: dict[str, list[str]] = {}
    copied = {*action.errors.values(), *(choice.target for choice in action.choices)}
    copies = row_of(action.type).branching or action.type in _ENDS_ON_SUCCESS
    plain = None if copies and action.next in copied else action.next
    if plain is not None:
        labels[plain] = []
    for choice in action.choices:
        operator = _OPERATORS.get(choice.condition.operator, f"{choice.condition.operator} ")
        result = _RESULTS.get(choice.condition.label, choice.condition.label)
        labels.setdefault(choice.target, []).append(_short(operator + result))
    conditions = set(labels)
    for error, target in action.errors.items():
        word = _ERRORS.get(error, error)
        labels.setdefault(target, []).append(f"or {word}" if target == plain else word)
    for target, words in labels.items():
        look = [f"label={_quoted(chr(10).join(words))}"] if words else []
        look += [] if target in conditions else ["style=dashed", 'color="#808080"', 'fontcolor="#606060"']
        yield _quoted(target) + (f" [{', '.join(look)}]" if look else "")


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _BRANCH_LETTERS else text[: _BRANCH_LETTERS - 1] + "…"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
