"""Loading: every problem at once, in our words; a finished configuration needs no second look."""

from __future__ import annotations

import ipaddress
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.config.load import EXAMPLE_FILE, load, parse
from appliance.config.schema import Configuration
from appliance.errors import ConfigError

BROKEN = """
[box]
region = "us"
data_dir = 5
[edge]
address = "somewhere"
transports = ["udp", "tpc"]
prot = 5
port = "5060"
workers = true
[contacts]
capacity = 201
[recording]
internal = "yes"
[[trunks]]
kind = "statik"
host = "provider.example"
addresses = ["z"]
[[trunks]]
name = "acme"
kind = "registered"
host = "provider.example"
[[trunks]]
name = "acme"
kind = "static"
host = "192.0.2.7"
addresses = ["0.0.0.0/0"]
[[numbers]]
number = "12"
flow = "a"
[[numbers]]
number = "12"
flow = "b"
[[numbers]]
number = "letters"
flow = "c"
[bax]
"""
EXPECTED = {
    'box.region = "us": does not have the right form; it must match ^[A-Z]{2}$',
    "box.data_dir = 5: is no path; write a path in quotes",
    'edge.address = "somewhere": is no address; write an IPv4 or IPv6 address, no name',
    'edge.transports[1] = "tpc": is not among the choices; did you mean "tcp"?',
    'edge.prot: no such key; did you mean "port"?',
    'edge.port = "5060": is no whole number; write a whole number, without quotes',
    "edge.workers = true: is no whole number; write a whole number, without quotes",
    "contacts.capacity = 201: is too large; use 200 or less",
    'recording.internal = "yes": is neither true nor false; write true or false, without quotes',
    "trunks[0].name: is missing; add name = …",
    'trunks[0].kind = "statik": is not among the choices; did you mean "static"?',
    'trunks[0].addresses[0] = "z": is no network; write an address or a network such as 203.0.113.0/24',
    'trunks[1].host = "provider.example": is a name; names are not looked up on the way of a call; '
    "write the provider's IP address",
    "trunks[1].username: is missing for a registered trunk; add the provider's user name",
    "trunks[1].password: is missing for a registered trunk; add password_file = a path, or password",
    'trunks[2].name = "acme": is also the name of trunks[1]; give each trunk a name of its own',
    "trunks[2].addresses = 0.0.0.0/0: would believe the whole Internet; write the provider's addresses only",
    'numbers[1].number = "12": is the same number as numbers[0]; remove one of them',
    'numbers[2].number = "letters": is neither a telephone number of region US nor a short code; '
    "write it with country code, such as +8225550100, or 2 to 8 of 0-9 * #",
    'bax: no such key; did you mean "box"?',
}


def read(text: str, folder: Path = Path("/")) -> Configuration:
    return parse(text, source="test", folder=folder)


def problems(text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        read(text)
    return list(caught.value.problems)


def test_load_when_everything_is_wrong_then_every_problem_is_told_at_once() -> None:
    found = problems(BROKEN)
    assert set(found) == EXPECTED
    assert len(found) == len(EXPECTED)


def test_load_when_empty_then_defaults(tmp_path: Path) -> None:
    file = tmp_path / "box.toml"
    file.write_text("")
    assert load(file) == Configuration()


def test_load_when_example_as_shipped_then_it_is_the_defaults() -> None:
    assert load(EXAMPLE_FILE) == Configuration()


def test_load_when_example_is_uncommented_then_it_is_good(tmp_path: Path) -> None:
    lines = EXAMPLE_FILE.read_text(encoding="utf-8").splitlines()
    settings = [line.removeprefix("# ") if re.match(r"# (\[\[|[a-z_]+ = )", line) else line for line in lines]
    (tmp_path / "provider.password").write_text("s3cret\n")
    (tmp_path / "headset-201.password").write_text("s3cret\n")
    (tmp_path / "crm.headers").write_text("Authorization: Bearer s3cret\n")
    (tmp_path / "customers.csv").write_text("phone,name,tier\n")
    configuration = read("\n".join(settings), tmp_path)
    assert [function.name for function in configuration.functions] == ["crm", "holiday", "customers"]
    assert [trunk.name for trunk in configuration.trunks] == ["acme", "provider"]
    assert configuration.numbers[0].number == "+12125550100"


def test_load_when_toml_is_broken_then_line_and_column() -> None:
    found = problems('[box]\nname = "a\n')
    assert len(found) == 1
    assert "at line 2, column 10" in found[0]


def test_load_when_file_is_missing_then_remedy(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"there is no configuration .*nothing\.toml: write one with"):
        load(tmp_path / "nothing.toml")


def test_load_when_file_is_not_utf8_then_remedy(tmp_path: Path) -> None:
    file = tmp_path / "box.toml"
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="check its owner, mode and encoding"):
        load(file)


def test_load_when_paths_are_relative_then_they_count_from_the_file(tmp_path: Path) -> None:
    file = tmp_path / "box.toml"
    file.write_text('[box]\ndata_dir = "data"\nrun_dir = "/run/x"\n')
    box = load(file).box
    assert (box.data_dir, box.run_dir) == (tmp_path / "data", Path("/run/x"))


def test_load_when_password_file_then_password_is_read_and_never_shown(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("hunter2\n")
    text = '[[trunks]]\nname = "a"\nkind = "registered"\nhost = "192.0.2.1"\nusername = "u"\npassword_file = "secret"'
    trunk = read(text, tmp_path).trunks[0]
    assert trunk.password is not None
    assert trunk.password.get_secret_value() == "hunter2"
    assert trunk.password_file == tmp_path / "secret"
    assert "hunter2" not in repr(trunk)


@pytest.mark.parametrize(
    ("content", "fault"), [(None, "can't be read (No such file or directory)"), ("\n", "is empty")]
)
def test_load_when_password_file_is_unusable_then_problem(tmp_path: Path, content: str | None, fault: str) -> None:
    if content is not None:
        (tmp_path / "secret").write_text(content)
    text = '[[trunks]]\nname = "a"\nkind = "registered"\nhost = "192.0.2.1"\nusername = "u"\npassword_file = "secret"'
    with pytest.raises(ConfigError) as caught:
        read(text, tmp_path)
    assert caught.value.problems[0].startswith(f'trunks[0].password_file = "secret": {fault}; ')


def test_load_when_password_is_wrong_then_its_value_is_not_shown() -> None:
    found = problems('[[trunks]]\nname = "a"\nkind = "static"\nhost = "192.0.2.1"\npassword = 12345')
    assert found == ["trunks[0].password = ***: is no text; write a text in quotes"]


def test_load_when_password_twice_then_problem() -> None:
    text = (
        '[[trunks]]\nname = "a"\nkind = "registered"\nhost = "192.0.2.1"\nusername = "u"\n'
        'password = "p"\npassword_file = "/dev/null"'
    )
    assert "trunks[0].password: and password_file are both given; keep one of them" in problems(text)


def test_load_when_numbers_in_national_notation_then_e164() -> None:
    text = (
        '[box]\nregion = "KR"\n[[numbers]]\nnumber = "02-555-0100"\nflow = "a"\n'
        '[[numbers]]\nnumber = "*77"\nflow = "b"\n'
        '[[trunks]]\nname = "a"\nkind = "static"\nhost = "192.0.2.1"\ncaller_id = "02 555 0199"'
    )
    configuration = read(text)
    assert [entry.number for entry in configuration.numbers] == ["+8225550100", "*77"]
    assert configuration.trunks[0].caller_id == "+8225550199"


def test_load_when_same_number_in_two_notations_then_problem() -> None:
    text = '[[numbers]]\nnumber = "(212) 555-0100"\nflow = "a"\n[[numbers]]\nnumber = "+12125550100"\nflow = "b"'
    assert problems(text) == [
        'numbers[1].number = "+12125550100": is the same number as numbers[0]; remove one of them'
    ]


def test_load_when_caller_id_is_no_number_then_problem() -> None:
    text = '[[trunks]]\nname = "a"\nkind = "static"\nhost = "192.0.2.1"\ncaller_id = "reception"'
    assert problems(text)[0].startswith('trunks[0].caller_id = "reception": is no telephone number of region US; ')


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("[edge]\nport = 5070", "edge.internal_port"),
        ("[edge]\nport = 17015", "contacts.sip_port"),
        ("[edge]\nport = 20255", "contacts.rtp_port"),
        ("[contacts]\nsip_port = 19990", "contacts.rtp_port"),
        ("[contacts]\nsip_port = 65530", "contacts.sip_port"),
        ("[contacts]\ncapacity = 200\nrtp_port = 64000", "contacts.rtp_port"),
    ],
)
def test_load_when_ports_overlap_or_run_out_then_problem(text: str, key: str) -> None:
    found = problems(text)
    assert len(found) == 1
    assert found[0].startswith(f"{key} = ")


@pytest.mark.parametrize("text", ["[edge]\nport = 17016", "[edge]\nport = 20256", "[contacts]\nsip_port = 65520"])
def test_load_when_ports_only_touch_then_good(text: str) -> None:
    assert read(text).contacts.capacity == 16


def test_load_when_run_dir_is_too_long_for_sockets_then_problem() -> None:
    found = problems(f'[box]\nrun_dir = "/{"r" * 100}"')
    assert len(found) == 1
    assert "is too long: sockets in it may have 107 characters at most" in found[0]


@pytest.mark.parametrize(
    "text",
    [
        '[edge]\ndomain = "a\\"b"',
        '[edge]\ndomain = "a;b"',
        '[[trunks]]\nname="a"\nkind="static"\nhost="::1"\nrealm="a b"',
    ],
)
def test_load_when_text_could_break_out_of_a_rendered_file_then_refused(text: str) -> None:
    assert "does not have the right form" in problems(text)[0]


@pytest.mark.parametrize(
    "text", ["box = 5", "trunks = 5", "trunks = [5]", "numbers = {}", '[trunks]\nname = "a"', "box = []"]
)
def test_load_when_shape_is_wrong_then_problem_not_crash(text: str) -> None:
    assert len(problems(text)) == 1


def test_load_when_no_transport_then_problem() -> None:
    assert problems("[edge]\ntransports = []") == ["edge.transports = []: is empty; name at least 1"]


@pytest.mark.parametrize("value", ["5", "true", "[]"])
def test_load_when_address_is_no_text_then_problem(value: str) -> None:
    assert problems(f"[edge]\naddress = {value}") == [f"edge.address = {value}: is no text; write a text in quotes"]


def test_load_when_network_given_then_parsed() -> None:
    text = '[[trunks]]\nname = "a"\nkind = "static"\nhost = "192.0.2.1"\naddresses = ["192.0.2.0/28", "2001:db8::1"]'
    assert read(text).trunks[0].addresses[0] == ipaddress.ip_network("192.0.2.0/28")


_SCALARS = st.one_of(st.booleans(), st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False), st.text(max_size=8))
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
_KEYS = st.sampled_from(["name", "kind", "host", "port", "number", "flow", "addresses", "capacity", "address", "x"])
_TABLE = st.dictionaries(_KEYS, _VALUES, max_size=4)
_DOCUMENTS = st.fixed_dictionaries(
    {},
    optional={
        "box": _TABLE | _VALUES,
        "edge": _TABLE | _VALUES,
        "contacts": _TABLE | _VALUES,
        "trunks": st.lists(_TABLE, max_size=3) | _VALUES,
        "numbers": st.lists(_TABLE, max_size=3) | _VALUES,
    },
)


def as_toml(value: object) -> str:
    """Inline TOML of plain values."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "{" + ", ".join(f"{as_toml(key)} = {as_toml(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(as_toml, value)) + "]"
    if isinstance(value, str):
        escaped = "".join(f"\\U{ord(letter):08x}" for letter in value)
        return f'"{escaped}"'
    if isinstance(value, float):
        return "inf" if value == float("inf") else "-inf" if value == float("-inf") else f"{value:f}"
    return str(value)


@given(_DOCUMENTS)
def test_load_when_given_any_document_then_configuration_or_problems_and_nothing_else(
    document: dict[str, object],
) -> None:
    text = "\n".join(f"{key} = {as_toml(value)}" for key, value in document.items())
    try:
        configuration = read(text)
    except ConfigError as error:
        assert error.problems
    else:
        assert isinstance(configuration, Configuration)
