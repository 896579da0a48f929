"""Tokens as text: found by the id, proven by the secret, which nobody keeps."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.console.people.errors import PersonError
from appliance.console.people.roles import Right
from appliance.console.tokens.scopes import Scope, fresh_token, proves, rights_of, scopes_of, token_of


def test_token_when_made_then_found_and_proven_by_its_text_only() -> None:
    one, other = fresh_token(), fresh_token()
    assert token_of(one.text) == one.token
    assert proves(one.text, one.kept) and not proves(other.text, one.kept)
    assert one.text.rsplit("_", 1)[-1] not in one.kept


@given(st.text(max_size=80))
def test_text_when_no_token_then_neither_found_nor_proven(text: str) -> None:
    assert token_of(text) is None
    assert not proves(text, fresh_token().kept)


def test_scopes_when_unknown_or_none_then_refused() -> None:
    with pytest.raises(PersonError, match="'fly' is not a valid Scope; the scopes are read, listen"):
        scopes_of(["read", "fly"])
    with pytest.raises(PersonError, match="can do nothing"):
        scopes_of([])


def test_token_when_of_all_scopes_then_still_manages_no_people() -> None:
    assert rights_of(Scope) == frozenset(Right) - {Right.PEOPLE}
