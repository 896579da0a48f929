"""`[[features]]`: other codes, other flows, none; and what can't be."""

from __future__ import annotations

from pathlib import Path

import pytest

from appliance.config.features import feature_table
from appliance.config.load import parse
from appliance.errors import ConfigError
from appliance.features import FEATURES, Takes


def table(text: str) -> dict[str, tuple[str, str, Takes]]:
    found = feature_table(parse(text, source="t", folder=Path("/")))
    return {feature.name: (feature.code, feature.flow, feature.takes) for feature in found}


def problems(text: str) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as caught:
        table(text)
    return caught.value.problems


def entry(**values: str) -> str:
    return "[[features]]\n" + "".join(f"{key} = {value}\n" for key, value in values.items())


def test_table_when_nothing_is_configured_then_is_the_default() -> None:
    assert list(table("")) == [feature.name for feature in FEATURES if feature.code]


def test_table_when_configured_then_codes_change_go_and_come() -> None:
    assert table(entry(name='"whoami"', code='"*88"'))["whoami"][0] == "*88"
    assert table(entry(name='"whoami"', flow='"mine"'))["whoami"][:2] == ("*10", "mine")
    assert "whoami" not in table(entry(name='"whoami"', off="true"))
    own = table(entry(name='"taxi"', code='"*89"', flow='"taxi"', takes='"number"'))
    assert own["taxi"] == ("*89", "taxi", Takes.NUMBER)


def test_table_when_a_number_has_a_default_code_then_the_number_keeps_it() -> None:
    assert "whoami" not in table('[[numbers]]\nnumber = "*10"\nflow = "f"\n')


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (entry(name='"whoam"', code='"*88"'), ["features[0].name", "did you mean 'whoami'"]),
        (entry(name='"taxi"', code='"*10"', flow='"x"'), ["features[0].code", "also the code of whoami"]),
        (entry(name='"whoami"', code='"11"', takes='"extension"'), ["would catch calls to 110", "begin the code"]),
        (entry(name='"whoami"', code='"911"'), ["would catch calls to 911"]),
        (entry(name='"whoami"') * 2, ["features[1].name", "twice"]),
        (entry(name='"whoami"', code='"a"'), ["features[0].code", "right form"]),
        (
            entry(name='"whoami"', code='"*55"') + '[[numbers]]\nnumber = "*55"\nflow = "f"\n',
            ["features[0].code", "[[numbers]]"],
        ),
    ],
)
def test_entry_when_it_can_not_be_then_the_problem_says_why(text: str, expected: list[str]) -> None:
    (problem,) = problems(text)
    assert all(part in problem for part in expected), problem
