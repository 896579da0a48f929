from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from appliance.dialplan.directory import encode_directory, find_name, revision_of

NUMBERS = st.from_regex(r"\+[0-9]{3,15}", fullmatch=True)
NAMES = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=40)


@given(names=st.dictionaries(NUMBERS, NAMES, max_size=60), others=st.lists(NUMBERS, max_size=5))
def test_name_when_published_is_found_and_no_other_is(names: dict[str, str], others: list[str]) -> None:
    sheet = encode_directory(7, names.items())
    assert revision_of(sheet) == 7
    assert {number: find_name(sheet, number) for number in names} == names
    for number in {*others, "", "+", "#7", "\n", *(number[:-1] for number in names)} - names.keys():
        assert find_name(sheet, number) == ""


def test_name_when_it_has_a_tab_or_a_line_break_stays_in_its_line() -> None:
    sheet = encode_directory(1, [("+8225550100", "Kim\tMinsu\n+1 Ann"), ("+8225550101", "Lee")])
    assert find_name(sheet, "+8225550100") == "Kim Minsu +1 Ann"
    assert find_name(sheet, "+8225550101") == "Lee"


def test_name_when_nothing_is_published_is_none() -> None:
    assert find_name(b"", "+8225550100") == ""
    assert find_name(encode_directory(1, []), "+8225550100") == ""
    assert revision_of(b"") is None
    assert revision_of(b"#x\n") is None
