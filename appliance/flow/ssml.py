"""Makes SSML into what a speech engine without SSML can say: spans of text with language, speed, pitch and loudness,
and pauses between them. Unknown tags are spoken through and reported. Pure; makes no sound.

The subset is that of the public flows: speak, p, s, break, prosody, emphasis, say-as, sub, lang; source: W3C SSML 1.1
and the tags Amazon Polly documents.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from xml.etree import ElementTree

import msgspec

from appliance.flow.say_as import say_as

LONGEST_BREAK_MS = 10_000
_STRENGTH_MS = {"none": 0, "x-weak": 0, "weak": 100, "medium": 300, "strong": 400, "x-strong": 700}
_RATES = {"x-slow": 0.5, "slow": 0.8, "medium": 1.0, "fast": 1.2, "x-fast": 1.5, "default": 1.0}
_PITCHES = {"x-low": 0.8, "low": 0.9, "medium": 1.0, "high": 1.1, "x-high": 1.25, "default": 1.0}
_VOLUMES = {"silent": 0.0, "x-soft": 0.4, "soft": 0.7, "medium": 1.0, "loud": 1.4, "x-loud": 1.8, "default": 1.0}
_EMPHASIS = {"strong": (0.85, 1.4), "moderate": (0.93, 1.2), "reduced": (1.05, 0.8), "none": (1.0, 1.0)}
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_TAG = re.compile(r"<[^>]*>")
_PREFIX = re.compile(r"(</?|\s)amazon:")
_DECLARATION = re.compile(r"<\?xml.*?\?>|<!--.*?-->", re.DOTALL)


class Span(msgspec.Struct, frozen=True, kw_only=True):
    """Text in one manner. rate, pitch, volume: factors, 1.0 is the voice's own; pause_ms: silence after it."""

    text: str
    language: str
    rate: float = 1.0
    pitch: float = 1.0
    volume: float = 1.0
    pause_ms: int = 0


class Speech(msgspec.Struct, frozen=True, kw_only=True):
    """What to say, in order; reported: tags and faults that a person should know of, each once."""

    spans: tuple[Span, ...]
    reported: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """All words, for an engine that knows no manner at all."""
        return " ".join(span.text for span in self.spans if span.text)


def speech_of(markup: str, language: str) -> Speech:
    """What `markup` says; text that is no well-formed SSML is said without its tags. Never raises."""
    bare = _PREFIX.sub(r"\1amazon-", _DECLARATION.sub("", markup)).strip()
    rooted = bare if bare.startswith("<speak") else f"<speak>{bare}</speak>"
    reader = _Reader()
    if "<!" in rooted:
        return _plain(markup, language, "declarations are not allowed in SSML")
    try:
        root = ElementTree.fromstring(rooted)
        reader.read(root, Span(text="", language=root.get(_LANGUAGE, language)))
    except (ElementTree.ParseError, ValueError, RecursionError) as error:
        return _plain(markup, language, f"this is no well-formed SSML: {error}")
    return Speech(spans=tuple(reader.spans), reported=tuple(dict.fromkeys(reader.reported)))


def _plain(markup: str, language: str, why: str) -> Speech:
    words = " ".join(_TAG.sub(" ", markup).split())
    return Speech(spans=(Span(text=words, language=language),) if words else (), reported=(why,))


class _Reader:
    def __init__(self) -> None:
        self.spans: list[Span] = []
        self.reported: list[str] = []

    def read(self, element: ElementTree.Element, manner: Span) -> None:
        """The element's own words, its children, and what stands between them."""
        self._say(element.text, manner)
        for child in element:
            self._child(child, manner)
            self._say(child.tail, manner)

    def _child(self, child: ElementTree.Element, manner: Span) -> None:
        tag = str(child.tag).rpartition("}")[2]
        if tag == "break":
            self._pause(_break_ms(child), manner)
        elif tag == "sub":
            self._say(child.get("alias"), manner)
        elif tag == "say-as":
            self._say(self._spelt(child, manner.language), manner)
        elif tag in _PAUSES_MS:
            self.read(child, manner)
            self._pause(_PAUSES_MS[tag], manner)
        else:
            self.read(child, self._manner(tag, child, manner))

    def _spelt(self, child: ElementTree.Element, language: str) -> str:
        kind = child.get("interpret-as") or child.get("type") or ""
        words = "".join(child.itertext())
        found = say_as(words, kind, child.get("format") or "", language)
        if found is None:
            self.reported.append(f"say-as {kind!r} is unknown; the text is said as it is")
        return words if found is None else found

    def _manner(self, tag: str, child: ElementTree.Element, manner: Span) -> Span:
        change = _MANNERS.get(tag)
        if change is None:
            if tag != "mark":
                self.reported.append(f"tag <{tag}> is unknown; its text is said as it is")
            return manner
        return change(child, manner)

    def _say(self, text: str | None, manner: Span) -> None:
        words = " ".join((text or "").split())
        if not words:
            return
        last = self.spans[-1] if self.spans else None
        if last is not None and last.pause_ms == 0 and _same_manner(last, manner):
            self.spans[-1] = msgspec.structs.replace(last, text=f"{last.text} {words}".strip())
        else:
            self.spans.append(msgspec.structs.replace(manner, text=words))

    def _pause(self, milliseconds: int, manner: Span) -> None:
        if not self.spans:
            self.spans.append(manner)
        longer = min(LONGEST_BREAK_MS, self.spans[-1].pause_ms + milliseconds)
        self.spans[-1] = msgspec.structs.replace(self.spans[-1], pause_ms=longer)


def _same_manner(one: Span, other: Span) -> bool:
    return (one.language, one.rate, one.pitch, one.volume) == (other.language, other.rate, other.pitch, other.volume)


def _break_ms(element: ElementTree.Element) -> int:
    """`time` ("3s", "250ms") wins over `strength`."""
    found = re.fullmatch(r"\+?(\d*\.?\d+)(ms|s)", (element.get("time") or "").strip())
    if found is None:
        return _STRENGTH_MS.get(element.get("strength") or "medium", 300)
    return min(LONGEST_BREAK_MS, int(float(found.group(1)) * (1 if found.group(2) == "ms" else 1000)))


def _prosody(element: ElementTree.Element, manner: Span) -> Span:
    return msgspec.structs.replace(
        manner,
        rate=_bounded(manner.rate * _factor(element.get("rate"), _RATES, relative=False)),
        pitch=_bounded(manner.pitch * _factor(element.get("pitch"), _PITCHES, relative=True)),
        volume=_loudness(element.get("volume"), manner.volume),
    )


def _factor(value: str | None, names: dict[str, float], *, relative: bool) -> float:
    """A name, or a percentage: of the normal (rate 80%), or to be added to it (pitch +10%)."""
    given = (value or "default").strip()
    if given in names:
        return names[given]
    found = re.fullmatch(r"([+-]?\d{1,4}(?:\.\d+)?)%", given)
    if found is None:
        return 1.0
    share = float(found.group(1)) / 100
    return 1 + share if relative or given[0] in "+-" else share


def _loudness(value: str | None, before: float) -> float:
    given = (value or "default").strip()
    decibels = re.fullmatch(r"([+-]?\d{1,3}(?:\.\d+)?)dB", given)
    if decibels is not None:
        return min(4.0, before * 10 ** (float(decibels.group(1)) / 20))
    return min(4.0, before * _VOLUMES.get(given, 1.0))


def _bounded(factor: float) -> float:
    return min(2.0, max(0.2, factor))


def _emphasis(element: ElementTree.Element, manner: Span) -> Span:
    rate, volume = _EMPHASIS.get(element.get("level") or "moderate", (1.0, 1.0))
    return msgspec.structs.replace(manner, rate=manner.rate * rate, volume=manner.volume * volume)


def _language(element: ElementTree.Element, manner: Span) -> Span:
    return msgspec.structs.replace(manner, language=element.get(_LANGUAGE) or element.get("lang") or manner.language)


_PAUSES_MS = {"p": 500, "s": 300}
_MANNERS: dict[str, Callable[[ElementTree.Element, Span], Span]] = {
    "prosody": _prosody,
    "emphasis": _emphasis,
    "lang": _language,
    "speak": _language,
}
