"""A flow as a picture: text in Graphviz' DOT language, which `dot -Tsvg` draws. Makes the text only."""

from __future__ import annotations

from collections.abc import Iterator

from appliance.flow.model import Action, Flow
from appliance.flow.table import row_of

START = '"(start)"'  # no identifier can hold a parenthesis
_MOST_LETTERS = 38
_TELLING = (
    "Text",
    "SSML",
    "PromptId",
    "QueueId",
    "ContactFlowId",
    "FlowModuleId",
    "LambdaFunctionARN",
    "ComparisonValue",
    "HoursOfOperationId",
    "MetricType",
    "LoopCount",
    "ThirdPartyPhoneNumber",
)
_COLOURS = {"A": "#e8f1fb", "B": "#fdf3dc", "C": "#f6e0e0", "D": "#f6e0e0", "U": "#f3c6c6"}


def dot(flow: Flow) -> str:
    """The DOT text of `flow`: boxes named by type and identifier, errors dashed, conditions with their operand.

    Colours: local blue, needs a local substitute yellow, takes its error branch on this box red.
    """
    lines = [
        f"digraph {_quoted(flow.name)} {{",
        "  rankdir=LR; fontname=Helvetica;",
        '  node [shape=box, style="rounded,filled", fontname=Helvetica, fontsize=10];',
        "  edge [fontname=Helvetica, fontsize=9];",
        f"  label={_quoted(f'{flow.name} ({flow.flow_type.value})')}; labelloc=t;",
        f"  {START} [shape=circle, label=start, fillcolor=white];",
        f"  {START} -> {_quoted(flow.start)};",
    ]
    for action in flow.actions.values():
        lines.append(f"  {_quoted(action.identifier)} [{_look(action)}];")
        lines += (f"  {_quoted(action.identifier)} -> {way};" for way in _ways(action))
    return "\n".join([*lines, "}", ""])


def _look(action: Action) -> str:
    row = row_of(action.type)
    lines = [action.type, _short(action.identifier), *_gist(action)]
    colour = _COLOURS[row.offline]
    shape = ", peripheries=2" if row.terminal else ""
    return f"label={_quoted(chr(10).join(lines))}, fillcolor={_quoted(colour)}{shape}"


def _gist(action: Action) -> Iterator[str]:
    """What a person would want to know of the parameters: the first text among them."""
    for key in _TELLING:
        value = action.parameter(key)
        if isinstance(value, str) and value.strip():
            yield _short(value)
            return
    attributes = action.parameter("Attributes")
    if isinstance(attributes, dict) and attributes:
        yield _short(", ".join(f"{key}={value}" for key, value in attributes.items()))


def _ways(action: Action) -> Iterator[str]:
    copied = {*action.errors.values(), *(choice.target for choice in action.choices)}
    if action.next is not None and not (row_of(action.type).branching and action.next in copied):
        yield _quoted(action.next)
    for choice in action.choices:
        operator = "" if choice.condition.operator == "Equals" else f"{choice.condition.operator} "
        yield f"{_quoted(choice.target)} [label={_quoted(_short(operator + choice.condition.label))}]"
    for error, target in action.errors.items():
        yield f"{_quoted(target)} [label={_quoted(error)}, style=dashed, color=gray40]"


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _MOST_LETTERS else text[: _MOST_LETTERS - 1] + "…"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
