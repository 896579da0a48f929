"""What the cookie is, what the database keeps, when a session ends."""

from __future__ import annotations

from appliance.console.people import session_tokens
from appliance.console.people.session_tokens import Stage, cookie_name, ends_s, form_key, fresh_token, kept


def test_token_when_made_then_long_random_and_not_what_is_kept() -> None:
    made = {fresh_token() for _ in range(100)}
    assert len(made) == 100 and all(len(token) == 43 for token in made)
    assert not made & {kept(token) for token in made}


def test_form_key_when_made_then_of_this_session_only_and_tells_nothing_of_the_cookie() -> None:
    one, other = fresh_token(), fresh_token()
    assert form_key(one) == form_key(one) != form_key(other)
    assert form_key(one) != kept(one)


def test_cookie_when_by_https_then_bound_to_the_host() -> None:
    assert cookie_name(secure=True) == "__Host-linekeeper"
    assert cookie_name(secure=False) == "linekeeper"


def test_session_when_idle_or_a_working_day_old_then_over() -> None:
    assert ends_s(stage=Stage.SIGNED_IN, begun_s=0.0, seen_s=0.0) == session_tokens.IDLE_S == 7200.0
    assert ends_s(stage=Stage.SIGNED_IN, begun_s=0.0, seen_s=43000.0) == 43200.0
    assert {ends_s(stage=stage, begun_s=0.0, seen_s=599.0) for stage in Stage if stage != Stage.SIGNED_IN} == {600.0}
