"""What `$.` means: finds values in the contact's facts and puts them into texts.

Three kinds of parameter (reference section 1): static, one whole reference, text mixed with references. Unknown or
empty references are None as whole values and nothing in a text. Never raises.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec

from appliance.flow.facts import ContactFacts
from appliance.flow.voices import usual_voice

Path = tuple[str, ...]

_TOKEN = re.compile(r"""\$(?:\.[\w-]+(?::[\w-]+)*|\[(?:'[^'\]]*'|"[^"\]]*"|\d+)\])+""")
_LETTERS_AFTER = re.compile(r"[^\x00-\x7f]\w*$")
_SEGMENT = re.compile(r"""\.([\w-]+(?::[\w-]+)*)|\[(?:'([^'\]]*)'|"([^"\]]*)"|(\d+))\]""")


@functools.lru_cache(maxsize=4096)
def path_of(reference: str) -> Path | None:
    """The path of a whole reference (`$.Attributes.k`, `$['Attributes']['k']`), None for any other text."""
    reference = reference.strip()
    if _TOKEN.fullmatch(reference):
        return _segments(reference)
    if reference.startswith("$.") and len(reference) > 2 and "$" not in reference[1:] and "\n" not in reference:
        root, _, rest = reference[2:].partition(".")
        return (root, rest) if root == "Attributes" and rest else None
    return None


@functools.lru_cache(maxsize=4096)
def _template(text: str) -> tuple[str | Path, ...]:
    parts: list[str | Path] = []
    end = 0
    for token in _TOKEN.finditer(text):
        parts += [text[end : token.start()], _segments(token.group())]
        end = token.end()
    return (*parts, text[end:])


def _segments(token: str) -> Path:
    return tuple(next(group for group in found if group) if any(found) else "" for found in _SEGMENT.findall(token))


def lookup(facts: ContactFacts, flow_attributes: Mapping[str, str], path: Path) -> Any:
    """The value at `path`, None where there is none."""
    if facts.overrides and (key := ".".join(path)) in facts.overrides:
        return facts.overrides[key]
    if path[0] == "FlowAttributes":
        return _dig(flow_attributes, path[1:])
    root = _ROOTS.get(path[0])
    return None if root is None else _dig(root(facts), path[1:])


def as_text(value: Any) -> str:
    """`value` as a flow sees it: texts as they are, other JSON values in JSON's spelling, nothing for null."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    try:
        return msgspec.json.encode(value).decode()
    except (TypeError, ValueError, RecursionError):
        return ""


def resolve(facts: ContactFacts, flow_attributes: Mapping[str, str], text: str, *, markup: bool = False) -> str:
    """`text` with every reference replaced. markup: escape values for SSML, unless the whole text is one reference."""
    if "$" not in text:
        return text
    if (path := path_of(text)) is not None and (value := lookup(facts, flow_attributes, path)) is not None:
        return as_text(value)
    found = [part if isinstance(part, str) else _fill(facts, flow_attributes, part, markup) for part in _template(text)]
    return "".join(found)


def _fill(facts: ContactFacts, flow_attributes: Mapping[str, str], path: Path, markup: bool) -> str:
    """A sentence may go on without a space after the reference: the longest path with a value wins."""
    if not _known(facts, path):
        return "$." + ".".join(path)
    for shorter, rest in _cuts(path):
        value = lookup(facts, flow_attributes, shorter)
        if value is not None and (not rest or not isinstance(value, Mapping)):
            return (_escape(as_text(value)) if markup else as_text(value)) + rest
    after = _LETTERS_AFTER.search(path[-1])
    return after.group() if after is not None and after.start() > 0 else ""


def _cuts(path: Path) -> Iterator[tuple[Path, str]]:
    """`path`, then without letters that no ASCII key has (particles follow at once in Korean), then ever shorter."""
    yield path, ""
    tail = ""
    for length in range(len(path), 0, -1):
        last, key = path[length - 1], _LETTERS_AFTER.sub("", path[length - 1])
        if key and key != last:
            yield (*path[: length - 1], key), last[len(key) :] + tail
        tail = f".{last}{tail}"
        if length > 1:
            yield path[: length - 1], tail


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _known(facts: ContactFacts, path: Path) -> bool:
    return path[0] in _ROOTS or path[0] in _ELSEWHERE or ".".join(path) in facts.overrides


def _dig(value: Any, path: Path) -> Any:
    """Follows `path`; keys may hold dots (the metrics' do), lists take numbers."""
    if not path:
        return value
    if isinstance(value, Mapping):
        if (whole := ".".join(path)) in value:
            return value[whole]
        return _dig(value[path[0]], path[1:]) if path[0] in value else None
    if isinstance(value, list | tuple) and path[0].isdecimal() and len(path[0]) < 7 and int(path[0]) < len(value):
        return _dig(value[int(path[0])], path[1:])
    return None


def _customer(facts: ContactFacts) -> Any:
    return {"Address": facts.customer_endpoint, "Type": facts.customer_endpoint_type}


def _system(facts: ContactFacts) -> Any:
    return {"Address": facts.system_endpoint, "Type": facts.system_endpoint_type}


def _queue(facts: ContactFacts) -> Any:
    if facts.queue is None and facts.target_agent is None:
        return None
    caller = {"Address": facts.queue_caller_id, "Type": "TELEPHONE_NUMBER"} if facts.queue_caller_id else None
    return {"Name": facts.queue_name, "ARN": facts.queue_arn, "OutboundCallerId": caller}


def _agent(facts: ContactFacts) -> Any:
    if not facts.agent_username:
        return None
    names = {"UserName": facts.agent_username, "FirstName": facts.agent_first_name, "LastName": facts.agent_last_name}
    return {**names, "ARN": facts.agent_arn}


_ROOTS: dict[str, Callable[[ContactFacts], Any]] = {
    "Attributes": lambda facts: facts.attributes,
    "External": lambda facts: facts.external,
    "StoredCustomerInput": lambda facts: facts.stored_input,
    "Lex": lambda facts: facts.lex,
    "Modules": lambda facts: facts.modules,
    "Metrics": lambda facts: facts.metrics,
    "CustomerEndpoint": _customer,
    "SystemEndpoint": _system,
    "Queue": _queue,
    "Agent": _agent,
    "CustomerId": lambda facts: facts.customer_id or None,
    "ContactId": lambda facts: facts.contact_id or None,
    "InitialContactId": lambda facts: facts.initial_contact_id or facts.contact_id or None,
    "PreviousContactId": lambda facts: facts.previous_contact_id or None,
    "Channel": lambda facts: facts.channel,
    "InitiationMethod": lambda facts: facts.initiation_method,
    "InstanceARN": lambda facts: facts.instance_arn or None,
    "AwsRegion": lambda facts: facts.aws_region or None,
    "LanguageCode": lambda facts: facts.language,
    "TextToSpeechVoiceId": lambda facts: facts.voice or usual_voice(facts.language),
    "Name": lambda facts: facts.name or None,
    "Description": lambda facts: facts.description or None,
    "References": lambda facts: facts.references,
    "Tags": lambda facts: facts.tags,
    "SegmentAttributes": lambda facts: facts.segment_attributes,
    "CallbackNumber": lambda facts: facts.callback_number or None,
    "Media": lambda facts: {"Sip": {"Headers": facts.sip_headers}},
}
_ELSEWHERE = frozenset({"FlowAttributes", "MediaStreams", "Customer", "Case", "Wisdom", "Views", "Task"})
