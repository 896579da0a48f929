"""The boxes' port behind real TLS: who gets in with which certificate, and what the others are told."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import pytest
from kit.console import sqlite_with_tables
from kit.enrolled import HERE, PROBE, BoxPort, box_port, web_session
from kit.processes import wait_until
from sqlalchemy import delete, select

from appliance.cloud import paths
from appliance.cloud.enrolment import MACHINE, Refusal, RefusalKind
from appliance.console.audit.entries import Deed
from appliance.console.authority import boxes
from appliance.console.authority.certificates import issue_box, pem
from appliance.console.authority.keys import console_keys
from appliance.console.context import Console
from appliance.console.database.tables import Box, EnrolmentFailure
from appliance.sync.identity import enrolling, tls
from appliance.sync.identity.identity import Identity, load_identity, store_identity
from appliance.sync.identity.key import new_key

DAY_S = 86_400.0
UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BoxPort]:
    folder = tmp_path_factory.mktemp("console")
    with box_port(sqlite_with_tables(folder / "console.db"), folder) as one:
        yield one


@pytest.fixture
def port(served: BoxPort) -> BoxPort:
    """With the right time, and no wrong code remembered."""
    served.shift_s = 0.0

    async def forget(one: Console) -> None:
        async with one.database.writing() as session:
            await session.execute(delete(EnrolmentFailure))

    served.with_console(forget)
    return served


def ask(
    port: BoxPort, context: ssl.SSLContext, path: str = PROBE, *, machine: str = HERE, upgrade: bool = False
) -> tuple[int, bytes]:
    headers = {MACHINE: machine, **(UPGRADE if upgrade else {})}

    async def run() -> tuple[int, bytes]:
        async with (
            web_session() as session,
            session.get(port.url + path, ssl=context, headers=headers) as response,
        ):
            return response.status, await response.read()

    return asyncio.run(run())


def refusal(answer: tuple[int, bytes]) -> RefusalKind:
    return msgspec.json.decode(answer[1], type=Refusal).kind


def of(identity: Identity) -> ssl.SSLContext:
    return tls.client_context(identity)


def test_enrolment_when_the_code_is_good_then_the_box_is_let_in(port: BoxPort, tmp_path: Path) -> None:
    identity = port.enrol("seoul", tmp_path / "box")
    assert load_identity(tmp_path / "box").box == identity.box
    assert (identity.console.branch, identity.console.url) == ("seoul", port.url)
    assert ask(port, of(identity)) == (200, msgspec.json.encode({"box": identity.box, "branch": "seoul"}))
    assert identity.credentials_file.stat().st_mode & 0o777 == 0o600


def test_enrolment_when_the_code_was_used_then_refused(port: BoxPort, tmp_path: Path) -> None:
    code = port.code("seoul")
    join(port, tmp_path / "one", code)
    with pytest.raises(enrolling.EnrolmentError, match="no such code") as caught:
        join(port, tmp_path / "two", code)
    assert caught.value.kind is RefusalKind.CODE
    assert not (tmp_path / "two").exists()


def test_enrolment_when_the_code_is_a_day_old_then_refused(port: BoxPort, tmp_path: Path) -> None:
    code = port.code("seoul")
    port.shift_s = DAY_S + 1
    with pytest.raises(enrolling.EnrolmentError, match="no such code"):
        join(port, tmp_path / "one", code)


def test_enrolment_when_ten_codes_were_wrong_then_the_address_waits(port: BoxPort, tmp_path: Path) -> None:
    code = port.code("seoul")
    for _ in range(10):
        with pytest.raises(enrolling.EnrolmentError, match="no such code"):
            join(port, tmp_path / "one", "222222222222")
    with pytest.raises(enrolling.EnrolmentError, match="come again") as caught:
        join(port, tmp_path / "one", code)
    assert caught.value.kind is RefusalKind.TOO_MANY
    port.shift_s = 601
    join(port, tmp_path / "one", code)


def test_enrolment_when_the_console_is_another_one_then_no_code_is_sent(port: BoxPort, tmp_path: Path) -> None:
    code, other = port.code("seoul"), console_keys(tmp_path / "other")
    believed = enrolling.Authority(pem=other.certificate_pem, fingerprint=other.fingerprint)
    with pytest.raises(enrolling.EnrolmentError, match="can't be reached"):
        join(port, tmp_path / "one", code, believed)
    join(port, tmp_path / "one", code)


def join(port: BoxPort, data: Path, code: str, authority: enrolling.Authority | None = None) -> Identity:
    async def run() -> Identity:
        believed = authority or await enrolling.ask_authority(port.url)
        joining = enrolling.Joining(code=code, name="box", machine=HERE, version="1")
        return await enrolling.enrol(data, url=port.url, authority=believed, joining=joining)

    return asyncio.run(run())


def test_authority_when_asked_then_its_fingerprint_is_the_consoles(port: BoxPort) -> None:
    assert asyncio.run(enrolling.ask_authority(port.url)).fingerprint == port.keys.fingerprint


def test_presence_when_no_certificate_comes_then_refused(port: BoxPort) -> None:
    answer = ask(port, tls.believing(port.keys.certificate_pem, floor_s=0.0))
    assert (answer[0], refusal(answer)) == (401, RefusalKind.NO_CERTIFICATE)


def test_presence_when_a_websocket_comes_then_the_same_rules_hold(port: BoxPort, tmp_path: Path) -> None:
    identity = port.enrol("seoul", tmp_path / "box")

    async def run(context: ssl.SSLContext) -> str:
        async with web_session() as session, session.ws_connect(port.url + PROBE, ssl=context) as socket:
            return await socket.receive_str()

    assert asyncio.run(run(of(identity))) == identity.box
    answer = ask(port, tls.believing(port.keys.certificate_pem, floor_s=0.0), upgrade=True)
    assert (answer[0], refusal(answer)) == (401, RefusalKind.NO_CERTIFICATE)


def test_presence_when_the_certificate_is_of_another_authority_then_the_handshake_fails(
    port: BoxPort, tmp_path: Path
) -> None:
    mine, wrong = port.enrol("seoul", tmp_path / "box"), console_keys(tmp_path / "wrong")
    key = new_key()
    forged = issue_box(wrong, box=mine.box, key=key.public_key(), now=datetime.now(UTC))
    identity = store_identity(tmp_path / "forged", key, pem(forged), mine.console)
    with pytest.raises(aiohttp.ClientError):
        ask(port, of(identity))
    wait_until(lambda: any("TLS" in one.detail for one in port.audited(Deed.REFUSED)), timeout_s=10, what="the audit")


def test_presence_when_the_certificate_is_ours_but_nobodys_then_refused(port: BoxPort, tmp_path: Path) -> None:
    mine, key = port.enrol("seoul", tmp_path / "box"), new_key()
    unknown = issue_box(port.keys, box=mine.box, key=key.public_key(), now=datetime.now(UTC))
    answer = ask(port, of(store_identity(tmp_path / "unknown", key, pem(unknown), mine.console)))
    assert (answer[0], refusal(answer)) == (401, RefusalKind.UNKNOWN)


def test_presence_when_the_box_was_revoked_then_refused_at_once(port: BoxPort, tmp_path: Path) -> None:
    identity = port.enrol("seoul", tmp_path / "box")

    async def revoke(one: Console) -> None:
        async with one.database.writing() as session:
            assert await boxes.revoke(session, identity.box, reason="lost", now_s=port.now_s())

    port.with_console(revoke)
    answer = ask(port, of(identity))
    assert (answer[0], refusal(answer)) == (403, RefusalKind.REVOKED)
    assert [one.branch for one in port.audited(Deed.REFUSED) if one.who == f"box:{identity.box}"] == ["seoul"]
    with pytest.raises(enrolling.EnrolmentError, match="revoked"):
        asyncio.run(enrolling.renew(tmp_path / "box", identity, machine=HERE))


def test_presence_when_the_certificate_has_ended_then_only_a_renewal_helps(port: BoxPort, tmp_path: Path) -> None:
    identity = port.enrol("seoul", tmp_path / "box")
    assert not enrolling.is_due(identity)
    ended_s = identity.certificate.not_valid_after_utc.timestamp() + 1
    assert enrolling.is_due(identity, ended_s)
    port.shift_s = ended_s - datetime.now(UTC).timestamp() + DAY_S
    answer = ask(port, of(identity))
    assert (answer[0], refusal(answer)) == (403, RefusalKind.ENDED)
    new = asyncio.run(enrolling.renew(tmp_path / "box", identity, machine=HERE))
    assert new.certificate.serial_number != identity.certificate.serial_number
    assert ask(port, of(new))[0] == 200


def test_presence_when_the_machine_is_another_then_both_are_out_until_an_admin_decides(
    port: BoxPort, tmp_path: Path
) -> None:
    identity = port.enrol("seoul", tmp_path / "box")
    assert ask(port, of(identity))[0] == 200
    answer = ask(port, of(identity), machine="m2")
    assert (answer[0], refusal(answer)) == (403, RefusalKind.CLONE)
    assert port.audited(Deed.BOX_CLONED)[0].who == f"box:{identity.box}"
    assert refusal(ask(port, of(identity))) is RefusalKind.CLONE

    async def decide(one: Console) -> list[str]:
        async with one.database.writing() as session:
            seen = [one.machine for one in await boxes.sightings(session, identity.box)]
            assert await boxes.clear(session, identity.box, machine="m2")
            assert not await boxes.clear(session, identity.box, machine=HERE)
        return seen

    assert port.with_console(decide) == ["m2"]
    assert refusal(ask(port, of(identity), machine=HERE)) is RefusalKind.CLONE
    assert ask(port, of(identity), machine="m2")[0] == 200


def test_presence_when_a_replaced_certificate_comes_back_then_a_clone_is_suspected(
    port: BoxPort, tmp_path: Path
) -> None:
    old = port.enrol("seoul", tmp_path / "box")
    copied = tls.client_context(old)
    new = asyncio.run(enrolling.renew(tmp_path / "box", old, machine=HERE))
    assert ask(port, copied)[0] == 200  # the new one hasn't been used: its answer may have been lost
    assert ask(port, of(new))[0] == 200
    port.shift_s = 3700.0
    assert refusal(ask(port, copied)) is RefusalKind.CLONE
    assert refusal(ask(port, of(new))) is RefusalKind.CLONE


def test_enrolment_when_another_box_has_the_branch_then_it_is_replaced(port: BoxPort, tmp_path: Path) -> None:
    one = port.enrol("incheon", tmp_path / "one")
    two = port.enrol("incheon", tmp_path / "two", machine="m2")
    assert states(port, "incheon") == {one.box: "replaced", two.box: "active"}
    assert ask(port, of(one))[0] == 200


def test_enrolment_when_the_same_machine_comes_again_then_it_keeps_its_id(port: BoxPort, tmp_path: Path) -> None:
    one = port.enrol("seoul", tmp_path / "one")
    again = port.enrol("seoul", tmp_path / "two", box=one.box)
    assert again.box == one.box
    assert refusal(ask(port, of(one))) is RefusalKind.REVOKED
    elsewhere = port.enrol("busan", tmp_path / "three", box=one.box)
    assert elsewhere.box != one.box


def states(port: BoxPort, branch: str) -> dict[str, str]:
    async def read(one: Console) -> dict[str, str]:
        async with one.database.reading() as session:
            return {box.box: box.state for box in await session.scalars(select(Box).where(Box.branch == branch))}

    found: dict[str, str] = port.with_console(read)
    return found


def test_request_when_it_is_endless_then_it_is_not_read(port: BoxPort) -> None:
    async def run() -> tuple[int, bytes]:
        context = tls.believing(port.keys.certificate_pem, floor_s=0.0)
        async with (
            web_session() as session,
            session.post(port.url + paths.ENROLMENT, ssl=context, data=b"x" * 1_000_000) as response,
        ):
            return response.status, await response.read()

    answer = asyncio.run(run())
    assert (answer[0], refusal(answer)) == (400, RefusalKind.MALFORMED)


def test_tls_when_the_clock_says_1970_then_the_console_is_believed(port: BoxPort, tmp_path: Path) -> None:
    identity = port.enrol("seoul", tmp_path / "box")
    assert ask(port, tls.client_context(identity, wall_s=lambda: 0.0))[0] == 200


def test_tls_when_the_consoles_certificate_has_ended_by_the_floor_then_not_believed(
    port: BoxPort, tmp_path: Path
) -> None:
    identity = port.enrol("seoul", tmp_path / "box")
    later_s = (datetime.now(UTC) + timedelta(days=500)).timestamp()
    with pytest.raises(aiohttp.ClientError, match="has ended"):
        ask(port, tls.client_context(identity, wall_s=lambda: later_s))
    console: Any = msgspec.structs.replace(identity.console, floor_s=later_s)
    floored = Identity(identity.folder, console, identity.credentials_file.read_text())
    with pytest.raises(aiohttp.ClientError, match="has ended"):
        ask(port, tls.client_context(floored, wall_s=lambda: 0.0))
