"""The library finds things by any name they go by."""

from __future__ import annotations

import pytest

from appliance.flow.facts import Library

LIBRARY = Library(
    functions={"lookup": "lookup", "other": "other"},
    prompts={"beep": "5e1f"},
    names={"arn:p/1": "beep", "arn:p/2": "tone", "arn:aws:lambda:r:1:function:far": "other"},
)


@pytest.mark.parametrize(
    ("reference", "found"),
    [
        ("lookup", "lookup"),
        ("arn:aws:lambda:eu-west-1:1:function:lookup", "lookup"),
        ("arn:aws:lambda:eu-west-1:1:function:lookup:live", "lookup"),
        ("arn:aws:lambda:r:1:function:far", "other"),
        ("arn:aws:lambda:r:1:function:none", None),
    ],
)
def test_function_when_named_by_arn_then_found_by_map_or_name(reference, found):
    assert LIBRARY.function(reference) == found


@pytest.mark.parametrize(
    ("reference", "played"),
    [("beep", "5e1f"), ("arn:p/1", "5e1f"), ("arn:p/2", "tone"), ("arn:p/3", "arn:p/3"), ("music", "music")],
)
def test_prompt_when_looked_up_then_what_the_player_knows(reference, played):
    assert LIBRARY.prompt(reference) == played
