"""What the box can say by itself."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.contact.speech.sentences import (
    Builtin,
    builtin,
    fields,
    languages,
    markup,
    sentences,
    spoken_language,
)
from appliance.errors import ContactError
from appliance.flow.ssml import speech_of


def test_languages_when_listed_then_english_and_korean() -> None:
    assert {"en", "ko"} <= set(languages())


@pytest.mark.parametrize("language", languages())
def test_sentences_when_compared_with_english_then_same_keys_and_same_parameters(language: str) -> None:
    assert list(sentences(language)) == list(sentences("en"))
    for name, sentence in sentences(language).items():
        assert sorted(fields(sentence)) == sorted(fields(sentences("en")[name])), name


@pytest.mark.parametrize("language", languages())
def test_sentences_when_read_as_ssml_then_nothing_to_report_and_words_to_say(language: str) -> None:
    for name, sentence in sentences(language).items():
        asked = Builtin(name, {field: "7" for field in fields(sentence)})
        speech = speech_of(markup(asked, language), language)
        assert speech.reported == (), name
        assert len(speech.text) > 3, name


def test_sentences_when_korean_then_in_korean_letters() -> None:
    for name, sentence in sentences("ko-KR").items():
        assert any("가" <= letter <= "힣" for letter in sentence), name


@pytest.mark.parametrize(
    ("language", "expected", "spoken"),
    [("ko-KR", "ko", "ko-KR"), ("ko", "ko", "ko"), ("en-AU", "en", "en-AU"), ("fr-FR", "en", "en-US")],
)
def test_sentences_when_a_language_has_no_file_then_english(language: str, expected: str, spoken: str) -> None:
    assert sentences(language) == sentences(expected)
    assert spoken_language(language) == spoken


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("builtin/goodbye", Builtin("goodbye", {})),
        ("builtin/queue_position?position=3", Builtin("queue_position", {"position": "3"})),
        ("builtin/x?a=1&b= c&d=", Builtin("x", {"a": "1", "b": " c", "d": ""})),
        ("builtin/agent_whisper?queue=R&D 50% + more", Builtin("agent_whisper", {"queue": "R&D 50% + more"})),
        ("builtin/callback_number?number=+82225550100", Builtin("callback_number", {"number": "+82225550100"})),
        ("builtin/x?nonsense", Builtin("x", {})),
        ("goodbye", None),
        ("arn:aws:connect:x:1:instance/2/prompt/builtin", None),
    ],
)
def test_builtin_when_a_prompt_is_named_then_sentence_and_parameters(prompt: str, expected: Builtin | None) -> None:
    assert builtin(prompt) == expected


def test_markup_when_filled_then_the_sentence() -> None:
    assert "caller number 3," in markup(Builtin("queue_position", {"position": "3"}), "en-US")
    assert "3번" in markup(Builtin("queue_position", {"position": "3"}), "ko-KR")


@pytest.mark.parametrize("parameters", [{}, {"position": ""}, {"other": "3"}])
def test_markup_when_a_parameter_is_missing_then_an_example(parameters: dict[str, str]) -> None:
    with pytest.raises(ContactError, match=r"lacks position; write builtin/queue_position\?position=…"):
        markup(Builtin("queue_position", parameters), "en-US")


def test_markup_when_there_is_no_such_sentence_then_where_they_are_listed() -> None:
    with pytest.raises(ContactError, match="no sentence 'nonsense'; see 'linekeeper prompt list --builtin'"):
        markup(Builtin("nonsense", {}), "en-US")


@given(st.text(min_size=1))
def test_markup_when_filled_with_anything_then_well_formed_and_no_tag_of_it(value: str) -> None:
    made = markup(Builtin("agent_whisper", {"queue": value}), "en-US")
    assert made.count("<") == 0
    assert len(made) < 700


@given(st.text())
def test_builtin_when_any_text_then_no_error_but_ours(prompt: str) -> None:
    asked = builtin(f"builtin/{prompt}")
    assert asked is not None
    try:
        assert markup(asked, "ko-KR")
    except ContactError as error:
        assert "sentence" in str(error)
