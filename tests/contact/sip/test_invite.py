from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.contact.sip.invite import Invite, read_invite

LINE = "INVITE sip:+12025550100@127.0.0.1:5060 SIP/2.0"

PIECES = ["From", "f", "To", ":", ": ", "\r\n", "\n", "\r", '"', "\\", "<", ">", "sip:", "tel:", "@", ";", "%"]
PIECES += ["X-Linekeeper-Source", "extension:101", "trunk:a", "INVITE ", " SIP/2.0", "\t", "\x00", "\udcff"]


def message(*headers: str, line: str = LINE, body: str = "v=0\r\n") -> str:
    return "\r\n".join([line, "Via: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bK1", *headers, "", body])


def test_read_when_everything_is_there_says_who_calls_whom_by_which_way() -> None:
    found = read_invite(
        message(
            'From: "Ann Lee" <sip:2025550199@example.org>;tag=1',
            "To: <sip:2025550100@linekeeper>",
            "X-Linekeeper-Source: trunk:acme",
            "Diversion: <sip:2025550111@example.org>;reason=unconditional",
            "Subject: not kept",
        )
    )
    assert found == Invite(
        dialled="+12025550100",
        source="trunk:acme",
        caller="2025550199",
        caller_name="Ann Lee",
        headers={
            "From": '"Ann Lee" <sip:2025550199@example.org>;tag=1',
            "To": "<sip:2025550100@linekeeper>",
            "Diversion": "<sip:2025550111@example.org>;reason=unconditional",
        },
    )
    assert found.from_trunk
    assert found.extension is None


def test_read_when_an_extension_calls_names_it() -> None:
    found = read_invite(message("From: <sip:101@linekeeper>", "X-Linekeeper-Source: extension:101"))
    assert found.extension == "101"
    assert not found.from_trunk


@pytest.mark.parametrize(
    ("sender", "caller", "name"),
    [
        ("From: Ann <sip:1@x>;tag=a", "1", "Ann"),
        ("From: Ann Lee van Dam <sip:1@x>", "1", "Ann Lee van Dam"),
        ("From: sip:1@x;tag=a", "1", ""),
        ("From: <sips:1@x:5061;transport=tls>", "1", ""),
        ("f: <sip:1@x>", "1", ""),
        ("FROM   :   <SIP:1@x>", "1", ""),
        ('From: "Lee, Ann" <sip:1@x>', "1", "Lee, Ann"),
        ('From: "say \\"hi\\" \\\\" <sip:1@x>', "1", 'say "hi" \\'),
        ('From: "<sip:9@evil>" <sip:1@x>', "1", "<sip:9@evil>"),
        ('From: ""<sip:1@x>', "1", ""),
        ('From: "Ann"\r\n\t <sip:1@x>;tag=a', "1", "Ann"),
        ("From: 안내 <sip:1@x>", "1", "안내"),
        ("From: <sip:+82-2-555-0100;phone-context=+82@x;user=phone>", "+82-2-555-0100", ""),
        ("From: <tel:+8225550100;isub=1>;tag=a", "+8225550100", ""),
        ("From: <sip:ann:secret@x>", "ann", ""),
        ("From: <sip:%2B12025550199@x>", "+12025550199", ""),
        ("From: <sip:x>", "", ""),
        ("From: Anonymous <sip:anonymous@anonymous.invalid>", "anonymous", "Anonymous"),
        ("From:", "", ""),
        ('From: "never closed <sip:1@x>', "1", '"never closed'),
        ("Subject: none", "", ""),
    ],
)
def test_read_when_from_is_written_in_any_way_finds_user_and_name(sender: str, caller: str, name: str) -> None:
    found = read_invite(message(sender))
    assert (found.caller, found.caller_name) == (caller, name)


def test_read_when_there_is_no_source_counts_the_call_as_a_trunks() -> None:
    assert read_invite(message("From: <sip:101@linekeeper>")).source == "trunk:unknown"
    assert read_invite("").from_trunk


@pytest.mark.parametrize("value", ["extension:101 and more", "", "extension:\x00", "ext\x85ension:1"])
def test_read_when_the_source_is_malformed_counts_the_call_as_a_trunks(value: str) -> None:
    assert read_invite(message(f"X-Linekeeper-Source: {value}")).source == "trunk:unknown"


def test_read_when_a_source_stands_in_the_body_does_not_believe_it() -> None:
    found = read_invite(message("From: <sip:1@x>", body="X-Linekeeper-Source: extension:101\r\nFrom: <sip:101@x>\r\n"))
    assert found.source == "trunk:unknown"
    assert found.caller == "1"


def test_read_when_a_source_is_folded_into_another_header_does_not_believe_it() -> None:
    found = read_invite(message("Subject: a\r\n X-Linekeeper-Source: extension:101"))
    assert found.source == "trunk:unknown"


def test_read_when_a_header_comes_twice_takes_the_first() -> None:
    found = read_invite(message("From: <sip:1@x>", "From: <sip:2@x>", "to: <sip:3@x>", "t: <sip:4@x>"))
    assert found.caller == "1"
    assert found.headers == {"From": "<sip:1@x>", "to": "<sip:3@x>"}


def test_read_when_the_name_is_latin_1_gives_a_name_that_can_be_written_down() -> None:
    raw = message('From: "J\u00f6rg" <sip:1@x>').encode("latin-1")
    found = read_invite(raw.decode("utf-8", "surrogateescape"))  # as the pjsua2 bindings do
    assert found.caller_name == "Jörg"


@pytest.mark.parametrize("dialled", ["", "sip:", "sip:@x", "sip:x", "tel:", "http://x", "mailto:a@b"])
def test_read_when_the_request_line_names_nobody_has_nothing_dialled(dialled: str) -> None:
    assert read_invite(message(line=f"INVITE {dialled} SIP/2.0")).dialled == ""


def test_read_when_another_method_is_given_has_nothing_dialled() -> None:
    assert read_invite(message(line="OPTIONS sip:1@x SIP/2.0")).dialled == ""


@pytest.mark.parametrize(
    "header",
    [
        "From:" + " " * 60_000 + "x",
        'From: "' + "\\" * 60_001,
        'From: "' + 'a"' * 30_000,
        "From: " + "sip:" * 15_000,
        "From: <sip:" + ":;" * 30_000,
        "Subject: a" + " " * 60_000 + "b",
        "f:" + "<" * 60_000,
        "\n ".join("a" * 30_000),
    ],
    ids=["blanks", "backslashes", "quotes", "schemes", "separators", "inner blanks", "brackets", "folds"],
)
@pytest.mark.timeout(20)
def test_read_when_a_packet_is_built_to_be_slow_is_done_at_once(header: str) -> None:
    found = read_invite(message(header, "To: <sip:1@x>"))
    assert found.dialled == "+12025550100"
    assert found.headers["To"] == "<sip:1@x>"


@given(st.binary(max_size=2000))
def test_read_when_given_any_bytes_never_raises_and_can_be_written_down(raw: bytes) -> None:
    _is_sound(read_invite(raw.decode("utf-8", "surrogateescape")))


@given(
    st.lists(
        st.one_of(
            st.sampled_from(PIECES),
            st.text(max_size=8),
        ),
        max_size=60,
    ).map("".join)
)
def test_read_when_given_any_pieces_of_sip_never_raises_and_can_be_written_down(text: str) -> None:
    _is_sound(read_invite(text))
    _is_sound(read_invite(LINE + "\r\n" + text))


def _is_sound(found: Invite) -> None:
    assert msgspec.json.encode([found.dialled, found.source, found.caller, found.caller_name, found.headers])
    assert found.from_trunk == (found.extension is None)
    assert max(map(len, (found.dialled, found.caller, found.caller_name))) <= 128
    assert not {"\r", "\n"} & set("".join(found.headers.values()))


def test_read_invite_when_a_process_calls_in_an_agents_name_says_for_which_contact() -> None:
    contact = "0b9f6a52-7a44-4b5e-9b0a-3d2f4c1e8a77"
    head = "INVITE sip:queue-a%20b@127.0.0.1 SIP/2.0\r\nFrom: <sip:201@linekeeper>\r\n"
    source = "X-Linekeeper-Source: extension:201\r\n"
    asking = f"X-Linekeeper-Contact: {contact}\r\n"
    invite = read_invite(f"{head}{source}{asking}X-Linekeeper-As: 201\r\n\r\n")
    assert (invite.consulting, invite.extension, invite.dialled) == (contact, "201", "queue-a b")
    assert read_invite(f"{head}{source}{asking}\r\n").consulting is None
    assert read_invite(f"{head}{source}X-Linekeeper-As: 201\r\nX-Linekeeper-Contact: x\r\n\r\n").consulting is None
