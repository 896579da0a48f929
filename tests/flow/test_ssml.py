"""SSML into spans of speech."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.flow.say_as import say_as
from appliance.flow.ssml import LONGEST_BREAK_MS, Span, speech_of


def only(markup):
    spans = speech_of(markup, "en-US").spans
    assert len(spans) == 1
    return spans[0]


def test_speech_when_plain_then_one_span():
    assert speech_of("<speak>Hello <b/> there</speak>", "en-US").text == "Hello there"
    assert only("<speak>\n Hello\n there </speak>") == Span(text="Hello there", language="en-US")
    assert only("Hello there").text == "Hello there"
    assert speech_of("<speak></speak>", "en-US").spans == ()


@pytest.mark.parametrize(
    ("attributes", "milliseconds"),
    [('time="3s"', 3000), ('time="250ms"', 250), ('time="0.5s"', 500), ('time="99s"', LONGEST_BREAK_MS), ("", 300),
     ('strength="none"', 0), ('strength="x-strong"', 700), ('time="soon"', 300)],
)  # fmt: skip
def test_break_when_given_then_pause_after_the_words_before(attributes, milliseconds):
    speech = speech_of(f"<speak>a<break {attributes}/>b</speak>", "en-US")
    assert speech.spans[0].pause_ms == milliseconds
    assert speech.text == "a b"


def test_break_when_it_comes_first_then_silence_of_its_own():
    assert speech_of('<speak>\n<break time="5s"/>\n</speak>', "ja-JP").spans == (
        Span(text="", language="ja-JP", pause_ms=5000),
    )


def test_sentences_and_paragraphs_when_marked_then_pauses():
    spans = speech_of("<speak><p><s>One.</s><s>Two.</s></p>Three.</speak>", "en-US").spans
    assert [(span.text, span.pause_ms) for span in spans] == [("One.", 300), ("Two.", 800), ("Three.", 0)]


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ('<prosody rate="slow">x</prosody>', {"rate": 0.8}),
        ('<prosody rate="80%">x</prosody>', {"rate": 0.8}),
        ('<prosody rate="+50%">x</prosody>', {"rate": 1.5}),
        ('<prosody rate="900%">x</prosody>', {"rate": 2.0}),
        ('<prosody pitch="+10%" volume="loud">x</prosody>', {"pitch": 1.1, "volume": 1.4}),
        ('<prosody volume="-6dB">x</prosody>', {"volume": pytest.approx(0.501, abs=0.001)}),
        ('<emphasis level="strong">x</emphasis>', {"rate": 0.85, "volume": 1.4}),
        ('<lang xml:lang="ko-KR">x</lang>', {"language": "ko-KR"}),
    ],
)
def test_manner_when_marked_then_span_has_it(tag, expected):
    span = only(f"<speak>{tag}</speak>")
    assert {key: getattr(span, key) for key in expected} == expected


def test_manner_when_tag_ends_then_is_as_before():
    spans = speech_of('<speak>a <prosody rate="fast">b</prosody> c</speak>', "en-US").spans
    assert [(span.text, span.rate) for span in spans] == [("a", 1.0), ("b", 1.2), ("c", 1.0)]


def test_unknown_tags_when_met_then_spoken_through_and_reported_once():
    speech = speech_of(
        '<speak><amazon:effect name="whispered">psst</amazon:effect> <x>a</x><x>b</x><mark/></speak>', "en-US"
    )
    assert speech.text == "psst a b"
    assert [line.split(" is")[0] for line in speech.reported] == ["tag <amazon-effect>", "tag <x>"]


@pytest.mark.parametrize(
    "markup",
    ["<speak>Fish & chips</speak>", "<speak>open <b>", "<!DOCTYPE x [<!ENTITY a 'b'>]><speak>&a;</speak>", "<<>>"],
)
def test_markup_when_malformed_then_words_without_tags_and_reported(markup):
    assert speech_of(markup, "en-US").reported


def test_sub_when_given_then_alias_is_said():
    assert (
        only('<speak>the <sub alias="World Wide Web Consortium">W3C</sub></speak>').text
        == "the World Wide Web Consortium"
    )


@pytest.mark.parametrize(
    ("given", "text", "expected"),
    [
        (("digits", "", "en-US"), "1024", "1 0 2 4"),
        (("characters", "", "en-US"), "ab 1", "a b 1"),
        (("telephone", "", "en-US"), "2065550100", "2 0 6, 5 5 5, 0 1 0 0"),
        (("telephone", "", "ko-KR"), "+82 2-777-0000", "8 2, 2, 7 7 7, 0 0 0 0"),
        (("date", "mdy", "en-US"), "11/22/2026", "November 22, 2026"),
        (("date", "", "ko-KR"), "2026-11-22", "2026년 11월 22일"),
        (("date", "", "en-US"), "20261122", "November 22, 2026"),
        (("date", "md", "en-US"), "11/22", "November 22"),
        (("date", "dmy", "de-DE"), "22.11.2026", "22.11.2026"),
        (("date", "mdy", "en-US"), "99/99/99", "99/99/99"),
        (("currency", "", "en-US"), "$12.50", "12 dollars and 50 cents"),
        (("currency", "", "en-US"), "1,200 USD", "1200 dollars"),
        (("currency", "", "ko-KR"), "₩12,000", "12000 원"),
        (("currency", "", "en-US"), "12 bananas", "12 bananas"),
        (("ordinal", "", "en-US"), "11", "11th"),
        (("ordinal", "", "en-US"), "22", "22nd"),
        (("ordinal", "", "ko-KR"), "3", "3번째"),
        (("cardinal", "", "en-US"), "12,345", "12345"),
        (("expletive", "", "en-US"), "darn", ""),
        (("unknown", "", "en-US"), "x", None),
    ],
)
def test_say_as_when_kind_is_given_then_words(given, text, expected):
    assert say_as(text, *given) == expected


def test_say_as_when_kind_is_unknown_then_text_and_report():
    speech = speech_of('<speak><say-as interpret-as="runes">abc</say-as></speak>', "en-US")
    assert (speech.text, len(speech.reported)) == ("abc", 1)


@given(st.text(alphabet=st.sampled_from('<>/"=& abspeakbreaktimesay-as123!?'), max_size=60), st.booleans())
def test_speech_when_given_any_text_then_never_raises(text, rooted):
    speech = speech_of(f"<speak>{text}</speak>" if rooted else text, "en-US")
    assert all(span.pause_ms <= LONGEST_BREAK_MS for span in speech.spans)
