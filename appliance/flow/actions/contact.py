"""Actions that change what is known of the contact: attributes, data, tags, and the voice it hears."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from appliance.flow.commands import SetAttributes, SetContactData
from appliance.flow.model import Action
from appliance.flow.row import Dynamic, Kind, row, takes
from appliance.flow.run import DONE, Result, Run, failed
from appliance.flow.voices import voice_language

MOST_BYTES = 32 * 1024  # attributes of a contact, flow attributes of a flow (reference section 2)
MOST_TAGS = 6
DATA_FIELDS = ("Name", "Description", "LanguageCode", "CustomerId")
PASSED_OVER = (
    "WisdomSessionArn",
    "TargetContact",
    "IsVoiceIdStreamingEnabled",
    "IsFraudDetectionEnabled",
    "IsVoiceAuthenticationEnabled",
    "VoiceAuthenticationThreshold",
    "VoiceAuthenticationResponseTime",
    "FraudDetectionThreshold",
    "WatchlistId",
)


def size(attributes: Mapping[str, str]) -> int:
    """Bytes of keys and values together, in UTF-8."""
    return sum(
        len(key.encode(errors="replace")) + len(text.encode(errors="replace")) for key, text in attributes.items()
    )


def texts(run: Run, source: Any) -> dict[str, str] | None:
    """A parameter of named texts, references resolved; None where it is no mapping."""
    if not isinstance(source, Mapping):
        return None
    return {str(key): run.text(value) for key, value in source.items()}


def _set_attributes(run: Run, action: Action) -> Result:
    """All or nothing, as the reference says."""
    changed = texts(run, action.parameter("Attributes"))
    if changed is None:
        return failed(detail="Attributes is missing")
    target = run.text(action.parameter("TargetContact")) or "Current"
    merged = {**run.facts.attributes, **changed}
    if size(merged) > MOST_BYTES:
        return failed(detail=f"the attributes would exceed {MOST_BYTES} bytes")
    if target == "Current":
        run.learn(attributes=merged)
    run.say(SetAttributes(attributes=changed, target=target))
    return DONE


def _set_data(run: Run, action: Action) -> Result:
    """Voice ID and Wisdom fields belong to cloud services and are passed over."""
    fields: dict[str, Any] = {
        key: run.text(action.parameter(key)) for key in DATA_FIELDS if action.parameter(key) is not None
    }
    references = action.parameter("References")
    if isinstance(references, Mapping):
        fields["References"] = {str(key): _reference(run, value) for key, value in references.items()}
    if not fields:
        return DONE
    run.learn(
        name=fields.get("Name", run.facts.name),
        description=fields.get("Description", run.facts.description),
        language=fields.get("LanguageCode") or run.facts.language,
        customer_id=fields.get("CustomerId", run.facts.customer_id),
        references={**run.facts.references, **fields.get("References", {})},
    )
    run.say(SetContactData(fields=fields))
    return DONE


def _reference(run: Run, value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): run.text(part) for key, part in value.items()}
    return {"Value": run.text(value), "Type": "URL"}


def _tag(run: Run, action: Action) -> Result:
    added = texts(run, action.parameter("Tags"))
    if not added:
        return failed(detail="Tags is missing")
    tags = {**run.facts.tags, **added}
    if len(tags) > MOST_TAGS:
        return failed(detail=f"a contact has at most {MOST_TAGS} tags")
    run.learn(tags=tags)
    run.say(SetContactData(fields={"Tags": tags}))
    return DONE


def _untag(run: Run, action: Action) -> Result:
    keys = action.parameter("TagKeys")
    if not isinstance(keys, list) or not keys:
        return failed(detail="TagKeys is missing")
    gone = {run.text(key) for key in keys}
    tags = {key: text for key, text in run.facts.tags.items() if key not in gone}
    run.learn(tags=tags)
    run.say(SetContactData(fields={"Tags": tags}))
    return DONE


def _set_voice(run: Run, action: Action) -> Result:
    """An unknown name is an error; what the local engine makes of a known one is its own affair."""
    voice = run.text(action.parameter("TextToSpeechVoice")).strip().capitalize()
    if voice_language(voice) is None:
        return failed(detail=f"voice {voice!r} is unknown")
    run.learn(voice=voice)
    return DONE


_ERROR = "NoMatchingError"

ROWS = (
    row(
        "UpdateContactAttributes",
        _set_attributes,
        errors=_ERROR,
        parameters=(
            takes("Attributes", Kind.MAPPING, required=True),
            takes("TargetContact", Kind.ENUM, values="Current Related"),
        ),
    ),
    row(
        "UpdateContactData",
        _set_data,
        errors=_ERROR,
        parameters=(
            *(takes(key, dynamic=Dynamic.MIXED) for key in DATA_FIELDS),
            takes("References", Kind.MAPPING),
            *(takes(key) for key in PASSED_OVER),
        ),
    ),
    row("TagContact", _tag, errors=_ERROR, parameters=(takes("Tags", Kind.MAPPING, required=True),)),
    row("UntagContact", _untag, errors=_ERROR, parameters=(takes("TagKeys", Kind.LIST, required=True),)),
    row(
        "UpdateContactTextToSpeechVoice",
        _set_voice,
        errors=_ERROR,
        soft=True,
        parameters=(
            takes("TextToSpeechVoice", required=True),
            takes("TextToSpeechEngine", Kind.ENUM, values="Standard Neural Generative Long-form"),
            takes("TextToSpeechStyle", Kind.ENUM, values="None Conversational Newscaster"),
        ),
    ),
)
