"""Calls from and to the outside by a static trunk, SIPp being the provider at another loopback address."""

from __future__ import annotations

from pathlib import Path

import pytest
from kit.box import PASSWORD, TRUNK_ADDRESS, BoxSettings, RunningBox
from kit.ports import PortBlock
from kit.processes import wait_until
from kit.provider import OUTSIDE, Provider, trunk_toml
from kit.registrar import Registrar
from kit.sipp import Sipp, register
from kit.talk import AGENT_HZ, CUSTOMER_HZ, PhoneMaker, contact_of

pytestmark = pytest.mark.scenario
NUMBER = "+12125550100"


@pytest.fixture(scope="module")
def box_settings(trunk_port: int) -> BoxSettings:
    return {"capacity": 3, "extra": trunk_toml(trunk_port, caller_id=NUMBER)}


def test_trunk_when_it_calls_a_number_then_flow_queue_and_agent_follow(
    box: RunningBox, agent_phone: PhoneMaker, provider: Provider
) -> None:
    agent = agent_phone(box, "ann", "201", tone_hz=AGENT_HZ)
    box.api.call("directory.add", names={"(212) 555-0123": "Kim Minsu"})
    caller = provider.calls(box, NUMBER, pause_ms=2500)
    agent.wait_for("CALL_INCOMING")
    agent.answer()
    agent.wait_for("CALL_ESTABLISHED")
    agent.wait_for("CALL_CLOSED")
    assert caller.wait().successful == 1
    row = box.wait_contact(lambda row: row["source"] == "trunk:acme")
    record = box.wait_closed(row["contact"])
    assert record["CustomerEndpoint"] == {"Address": "+12125550123", "Type": "TELEPHONE_NUMBER"}
    assert record["SystemEndpoint"]["Address"] == NUMBER
    assert record["Agent"]["Username"] == "ann"
    assert record["Linekeeper"]["CustomerName"] == "Kim Minsu"
    assert '"sales: Kim Minsu" <sip:+12125550123@' in agent.log.read_text(errors="replace")


def test_trunk_when_number_has_no_flow_then_404(box: RunningBox, trunk_port: int, tmp_path: Path) -> None:
    _refused(box, tmp_path, "+12125550177", "404", source=(TRUNK_ADDRESS, trunk_port))


def test_trunk_when_it_dials_the_outside_then_404(box: RunningBox, trunk_port: int, tmp_path: Path) -> None:
    _refused(box, tmp_path, OUTSIDE, "404", source=(TRUNK_ADDRESS, trunk_port))


def test_stranger_when_calling_without_password_then_challenged(
    box: RunningBox, ports: PortBlock, tmp_path: Path
) -> None:
    _refused(box, tmp_path, NUMBER, "407", source=("127.0.0.1", ports.take()))


def test_extension_when_dialling_outside_then_call_leaves_by_the_trunk(
    box: RunningBox, phone: PhoneMaker, provider: Provider
) -> None:
    far = provider.takes()
    caller = phone(box, "101", tone_hz=CUSTOMER_HZ)
    caller.dial("2125559999")
    caller.wait_for("CALL_ESTABLISHED")
    contact = contact_of(box, "101")
    box.wait_event(contact, "LegAnswered", trunk="acme")
    caller.hang_up()
    assert far.wait().successful == 1
    assert f"From: <sip:{NUMBER}@" in far.messages()
    record = box.wait_closed(contact)
    assert record["InitiationMethod"] == "OUTBOUND"
    assert record["CustomerEndpoint"]["Address"] == OUTSIDE


def test_extension_when_outside_number_does_not_answer_then_ringing_can_be_given_up(
    box: RunningBox, phone: PhoneMaker, provider: Provider
) -> None:
    far = provider.takes("uas_ringing")
    caller = phone(box, "101", tone_hz=CUSTOMER_HZ)
    caller.dial(OUTSIDE)
    caller.wait_for("CALL_RINGING")
    caller.hang_up()
    assert far.wait().successful == 1
    box.wait_closed(contact_of(box, "101"))


def test_registered_trunk_when_box_starts_then_it_registers_and_calls_leave_by_it(
    tmp_path: Path, ports: PortBlock, phone: PhoneMaker
) -> None:
    """The provider is a plain Kamailio that wants a password; the called party is a phone registered there."""
    with Registrar(tmp_path / "provider", ports, password="trunk-secret", address="127.0.0.3") as provider:
        extra = (
            f'\n[[trunks]]\nname = "far"\nkind = "registered"\nhost = "127.0.0.3"\nport = {provider.port}\n'
            'username = "branch42"\npassword = "trunk-secret"\n'
        )
        with RunningBox(tmp_path / "box", capacity=2, extra=extra) as box:
            box.install_flows()
            agent = phone(box, "102", tone_hz=AGENT_HZ)
            port = ports.take()
            register(tmp_path, [(OUTSIDE, "trunk-secret")], registrar=provider.address, port=port)
            outside = Sipp(tmp_path, "uas_agent", port=port, rows=[(OUTSIDE, ports.take_even())], calls=1, timeout_s=40)
            outside.wait_ready()
            wait_until(lambda: provider.knows("branch42"), timeout_s=15, what="the trunk registers")
            agent.dial(OUTSIDE)
            agent.wait_for("CALL_ESTABLISHED", timeout_s=15)
            box.wait_event(contact_of(box, "102"), "LegAnswered", trunk="far")
            agent.hang_up()
            assert outside.wait().successful == 1


def _refused(box: RunningBox, folder: Path, number: str, status: str, *, source: tuple[str, int]) -> None:
    caller = Sipp(
        folder,
        "uac_trunk_refused",
        port=source[1],
        remote=box.address,
        address=source[0],
        rows=[("+12125550123", "-", number, 40000)],
        calls=1,
        fill={"status": status},
        timeout_s=20,
    )
    assert caller.wait().successful == 1


def test_extension_when_forwarded_outside_then_the_provider_is_told_for_whom_the_call_was(
    box: RunningBox, phone: PhoneMaker, provider: Provider
) -> None:
    far = provider.takes()
    caller = phone(box, "101", tone_hz=CUSTOMER_HZ)
    box.add_extension("109")
    box.api.call("extension.set", extension="109", always=OUTSIDE, outside=True)
    caller.dial("109")
    caller.wait_for("CALL_ESTABLISHED")
    caller.hang_up()
    assert far.wait().successful == 1
    assert "Diversion: <sip:109@linekeeper>;reason=unconditional" in far.messages()
    assert "X-Linekeeper-" not in far.messages()
    box.api.call("extension.set", extension="109", always="", outside=False)


def test_agent_when_the_phone_is_of_any_make_then_it_is_told_how_to_ring(
    box: RunningBox, phone: PhoneMaker, ports: PortBlock, tmp_path: Path
) -> None:
    """SIPp for a handset: what is on the wire is what every handset gets."""
    box.add_agent("ann", "201", "sales", available=False)
    port = ports.take()
    register(tmp_path, [("201", PASSWORD)], registrar=box.address, port=port)
    handset = Sipp(tmp_path, "uas_agent", port=port, rows=[("201", ports.take_even())], calls=1, timeout_s=30)
    handset.wait_ready()
    box.set_status("ann", "Available")
    customer = phone(box, "101", tone_hz=CUSTOMER_HZ)
    customer.dial("600")
    customer.wait_for("CALL_ESTABLISHED")
    contact = contact_of(box, "101")
    box.wait_event(contact, "AgentConnected")
    customer.hang_up()
    assert handset.wait().successful == 1
    assert "Alert-Info: <http://127.0.0.1/>;info=queue" in handset.messages()
    assert 'From: "sales: 101" <sip:101@linekeeper>' in handset.messages()
