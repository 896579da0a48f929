"""Analog lines in the configuration: what is refused, and the trunks that they are to the rest of the box."""

from __future__ import annotations

from pathlib import Path

import pytest

from appliance.config.lines import line_country, line_named, trunks_of
from appliance.config.load import parse
from appliance.config.schema import Configuration
from appliance.errors import ConfigError

MODEM = '[[lines]]\nname = "front"\nkind = "modem"\nnumber = "(212) 555-0177"\nflow = "main"\n'
GATEWAY = '[[lines]]\nname = "back"\nkind = "sipfxo"\nnumber = "12"\nflow = "main"\nhost = "192.0.2.13"\n'


def loaded(text: str) -> Configuration:
    return parse(text, source="test", folder=Path("/nowhere"))


def problems(text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        loaded(text)
    return "\n".join(caught.value.problems)


def test_lines_when_given_then_trunks_after_the_providers_and_numbers_with_their_flow() -> None:
    provider = '[[trunks]]\nname = "acme"\nkind = "static"\nhost = "192.0.2.5"\n'
    configuration = loaded(MODEM + GATEWAY + provider)
    assert [(trunk.name, trunk.host, trunk.port) for trunk in trunks_of(configuration)] == [
        ("acme", "192.0.2.5", 5060),
        ("front", "127.0.0.1", 16900),
        ("back", "192.0.2.13", 5062),
    ]
    assert {one.number: one.flow for one in configuration.numbers} == {"+12125550177": "main", "12": "main"}
    line = line_named(configuration, "front")
    assert line is not None
    assert line_country(configuration, line) == "US"


def test_lines_when_two_share_a_number_then_one_flow() -> None:
    second = MODEM.replace('"front"', '"second"') + 'device = "/dev/ttyACM1"\n'
    assert len(loaded(MODEM + second).numbers) == 1


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (MODEM.replace("(212) 555-0177", "nobody"), 'lines[0].number = "nobody": is neither'),
        (MODEM.replace('flow = "main"\n', ""), "lines[0].flow: is missing"),
        (MODEM + '[[numbers]]\nnumber = "2125550177"\nflow = "x"\n', "lines[0].flow"),
        (MODEM + GATEWAY.replace("back", "front"), 'lines[1].name = "front": is also the name of lines[0]'),
        (MODEM + MODEM.replace("front", "other"), 'lines[1].device = "": is also the device of lines[0]'),
        (MODEM + MODEM.replace("front", "o").replace("main", "b") + 'device = "x"\n', "lines of one number start one"),
        (GATEWAY.replace('host = "192.0.2.13"\n', ""), "lines[0].host: is missing"),
        (GATEWAY + 'device = "x"\n', "lines[0].device"),
        (MODEM + "sip_port = 5060\n", "lines[0].sip_port"),
        (MODEM.replace("modem", "modern"), 'did you mean "modem"?'),
        (MODEM + 'prefix = "9;"\n', "lines[0].prefix"),
    ],
)
def test_lines_when_wrong_then_told_with_their_place(text: str, told: str) -> None:
    assert told in problems(text)
