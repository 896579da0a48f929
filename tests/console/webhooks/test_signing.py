"""A receiver takes what the console signed, and nothing else; also as the specification's own example has it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.console.people.errors import PersonError
from appliance.console.webhooks import signing

# From the reference libraries of the Standard Webhooks specification.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
BODY = b'{"test": 2432232314}'
EVENT, AT = "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_signature_when_of_the_specification_s_example_then_the_same() -> None:
    sent = signing.headers(BODY, event=EVENT, wall_s=AT, secrets_=[SECRET])
    assert sent == {"webhook-id": EVENT, "webhook-timestamp": str(AT), "webhook-signature": SIGNATURE}


@given(st.binary(max_size=50), st.integers(0, 4_000_000_000))
def test_request_when_genuine_then_taken_by_old_and_new_secret(body: bytes, at: int) -> None:
    new, old = signing.fresh_secret(), signing.fresh_secret()
    sent = signing.headers(body, event="e", wall_s=at, secrets_=[new, old])
    assert signing.genuine(body, sent, secret=new, wall_s=at + 300)
    assert signing.genuine(body, sent, secret=old, wall_s=at)
    assert not signing.genuine(body + b"x", sent, secret=new, wall_s=at)
    assert not signing.genuine(body, sent, secret=signing.fresh_secret(), wall_s=at)


@pytest.mark.parametrize(
    "change",
    [{"webhook-id": "other"}, {"webhook-timestamp": "1614265331"}, {"webhook-timestamp": "soon"},
     {"webhook-signature": ""}, {"webhook-signature": "v1,ä"}],
)  # fmt: skip
def test_request_when_a_header_is_changed_then_refused(change: dict[str, str]) -> None:
    sent = signing.headers(BODY, event=EVENT, wall_s=AT, secrets_=[SECRET]) | change
    assert not signing.genuine(BODY, sent, secret=SECRET, wall_s=AT)


def test_request_when_replayed_later_then_refused() -> None:
    sent = signing.headers(BODY, event=EVENT, wall_s=AT, secrets_=[SECRET])
    assert not signing.genuine(BODY, sent, secret=SECRET, wall_s=AT + 301)


def test_secret_when_no_base64_then_said() -> None:
    with pytest.raises(PersonError, match="whsec_ and base64"):
        signing.headers(BODY, event=EVENT, wall_s=AT, secrets_=["whsec_???"])
