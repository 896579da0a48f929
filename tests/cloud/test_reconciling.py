"""Verdicts: what both sides hold, in numbers and in a sentence."""

from __future__ import annotations

import pytest

from appliance.cloud.chain import follow, genesis
from appliance.cloud.enrolment import CODE_ALPHABET, canonical_code, shown_code
from appliance.cloud.errors import MalformedError
from appliance.cloud.reconciling import Statement, sentence, verdict

AFTER = genesis("b")
UNTIL = follow(AFTER, [b"1", b"2"])
STATED = Statement(
    outage="o", after=AFTER, until=UNTIL, counts={"contact_record": 2}, contacts=2, recordings=("r1", "r2")
)


def test_verdict_when_all_is_there_then_none_missing_none_twice() -> None:
    found = verdict(STATED, head=UNTIL.head, contact_records=2, recordings=frozenset({"r1", "r2"}), twice=0)
    assert (found.agrees, sentence(found)) == (True, "2 contact records, 2 recordings, none missing, none twice")


def test_verdict_when_something_is_missing_or_twice_then_said() -> None:
    found = verdict(STATED, head="", contact_records=1, recordings=frozenset({"r2"}), twice=1)
    assert not found.agrees
    assert found.missing_recordings == ("r1",)
    assert sentence(found) == "1 contact record, 1 recording, 2 missing, 1 twice; the chains differ"


def test_code_when_typed_in_any_way_then_one() -> None:
    code = CODE_ALPHABET[:12]
    assert canonical_code(shown_code(code).lower()) == code
    assert canonical_code(" ".join(code)) == code


@pytest.mark.parametrize("typed", ["", "7KQM-3XWP", "7KQM-3XWP-9DTO"])
def test_code_when_wrong_then_what_one_looks_like(typed: str) -> None:
    with pytest.raises(MalformedError, match="such as"):
        canonical_code(typed)
