"""Logging in, step by step: what opens, what doesn't, how often one may try, and what is written down."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pyotp
import pytest
from kit.console import console
from kit.people import add_person
from sqlalchemy import func, select, update

from appliance.console.audit.log import Wanted, entries
from appliance.console.context import Console
from appliance.console.database.tables import Person, PersonSession, RecoveryCode, WrongTries
from appliance.console.people import attempts, passwords, recovery, sessions
from appliance.console.people.errors import PersonError, SignInError, TooManyError
from appliance.console.people.log_in import LogIn, Origin, Step, factor_purpose
from appliance.console.people.roles import Branches
from appliance.console.people.session_tokens import Stage
from appliance.console.people.vault import Vault

PASSWORD = "correct horse battery"
HASH = passwords.hashed(PASSWORD)
SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
HERE = Origin(address="192.0.2.7", browser="a browser")


class Desk:
    """A console where kim works, and a clock."""

    def __init__(self) -> None:
        self.now_s = 1_800_000_000.0
        self.console: Console

    def log_in(self, origin: Origin = HERE) -> LogIn:
        return LogIn(self.console, origin)

    def code(self, later_steps: int = 0) -> str:
        return pyotp.TOTP(SECRET).at(int(self.now_s) + 30 * later_steps)

    async def give_factor(self) -> None:
        sealed = Vault(self.console.settings.data_dir).seal(SECRET, purpose=factor_purpose("kim"))
        async with self.console.database.writing() as session:
            await session.execute(update(Person).values(factor=sealed))

    async def change(self, **values: object) -> None:
        async with self.console.database.writing() as session:
            await session.execute(update(Person).values(**values))

    async def deeds(self) -> list[str]:
        async with self.console.database.reading() as session:
            found = await entries(session, Wanted(branches=Branches(every=True)))
        return [" ".join((one.who, one.deed, one.detail)).strip() for one in reversed(found)]


@asynccontextmanager
async def desk(url: str, tmp_path: Path) -> AsyncIterator[Desk]:
    one = Desk()
    async with console(url, tmp_path, now_s=lambda: one.now_s) as one.console:
        await add_person(one.console, "kim", "supervisor@*", password=HASH)
        yield one


Live = Callable[[Callable[[Desk], Awaitable[None]]], None]


@pytest.fixture
def live(sqlite_url: str, tmp_path: Path) -> Live:
    def run(scene: Callable[[Desk], Awaitable[None]]) -> None:
        async def inside() -> None:
            async with desk(sqlite_url, tmp_path) as one:
                await scene(one)

        asyncio.run(inside())

    return run


def test_person_when_of_password_and_code_then_signed_in_with_a_new_cookie_each_step(
    database_url: str, tmp_path: Path
) -> None:
    async def run() -> None:
        async with desk(database_url, tmp_path) as one:
            await one.give_factor()
            first = await one.log_in().by_password(" Kim", PASSWORD)
            second = await one.log_in().by_code(first.cookie, one.code())
            assert (first.stage, second.stage) == (Stage.PASSWORD, Stage.SIGNED_IN)
            assert await sessions.found(one.console, first.cookie) is None
            found = await sessions.found(one.console, second.cookie)
            assert found is not None and found.person == "kim"
            assert await one.deeds() == ["person:kim signed_in"]

    asyncio.run(run())


def test_person_when_new_then_chooses_a_password_and_sets_a_second_factor(live: Live) -> None:
    async def scene(one: Desk) -> None:
        await one.change(password_once=True)
        step = await one.log_in().by_password("kim", PASSWORD)
        assert step.stage is Stage.NEW_PASSWORD
        step = await one.log_in().by_new_password(step.cookie, password="a better battery", again="a better battery")
        assert step.stage is Stage.ENROL
        secret = await one.log_in().offered_factor(step.cookie)
        assert secret == await one.log_in().offered_factor(step.cookie)
        with pytest.raises(PersonError, match="wrong"):
            await one.log_in().by_first_code(step.cookie, "000000")
        code = pyotp.TOTP(secret).at(int(one.now_s))
        step = await one.log_in().by_first_code(step.cookie, code)
        assert step.stage is Stage.SIGNED_IN
        assert await one.deeds() == [
            "person:kim password_changed", "person:kim second_factor_set", "person:kim recovery_codes_made 10",
            "person:kim signed_in",
        ]  # fmt: skip
        step = await one.log_in().by_password("kim", "a better battery")
        with pytest.raises(PersonError, match="used already"):
            await one.log_in().by_code(step.cookie, code)

    live(scene)


def test_person_when_the_password_was_reset_then_the_code_comes_before_the_new_password(live: Live) -> None:
    async def scene(one: Desk) -> None:
        await one.give_factor()
        await one.change(password_once=True)
        step = await one.log_in().by_password("kim", PASSWORD)
        assert step.stage is Stage.PASSWORD
        step = await one.log_in().by_code(step.cookie, one.code())
        assert step.stage is Stage.NEW_PASSWORD
        for wrong, why in (("short", "too short"), (PASSWORD, "that you have")):
            with pytest.raises(PersonError, match=why):
                await one.log_in().by_new_password(step.cookie, password=wrong, again=wrong)
        with pytest.raises(PersonError, match="differ"):
            await one.log_in().by_new_password(step.cookie, password="a better battery", again="a better batter")
        step = await one.log_in().by_new_password(step.cookie, password="a better battery", again="a better battery")
        assert step.stage is Stage.SIGNED_IN

    live(scene)


@pytest.mark.parametrize(("name", "password"), [("kim", "wrong"), ("nobody", PASSWORD), ("", ""), ("kim", "")])
def test_password_when_wrong_then_the_same_answer_and_no_session(live: Live, name: str, password: str) -> None:
    async def scene(one: Desk) -> None:
        with pytest.raises(PersonError) as caught:
            await one.log_in().by_password(name, password)
        assert caught.value.kind == "wrong_password"
        async with one.console.database.reading() as session:
            assert await session.scalar(select(func.count()).select_from(PersonSession)) == 0
        who = "person:kim" if name == "kim" else "unknown"
        assert await one.deeds() == [f"{who} sign_in_failed password"]

    live(scene)


def test_person_when_put_out_then_the_right_password_is_wrong(live: Live) -> None:
    async def scene(one: Desk) -> None:
        await one.change(disabled_s=1.0)
        with pytest.raises(PersonError, match="name or password"):
            await one.log_in().by_password("kim", PASSWORD)

    live(scene)


def test_code_when_used_or_wrong_then_refused_and_audited(live: Live) -> None:
    async def scene(one: Desk) -> None:
        await one.give_factor()
        code = one.code()
        first, other = [await one.log_in().by_password("kim", PASSWORD) for _ in range(2)]
        assert (await one.log_in().by_code(first.cookie, code)).stage is Stage.SIGNED_IN
        for used in (code, one.code(-1), one.code(-2), one.code(2), "123"):
            with pytest.raises(PersonError, match="wrong or was used already"):
                await one.log_in().by_code(other.cookie, used)
            one.now_s += 0.001
        assert (await one.deeds()).count("person:kim sign_in_failed code") == 5

    live(scene)


def test_recovery_code_when_typed_at_two_places_at_once_then_opens_once_and_is_audited(
    database_url: str, tmp_path: Path
) -> None:
    async def run() -> None:
        async with desk(database_url, tmp_path) as one:
            await one.give_factor()
            codes = recovery.fresh()
            async with one.console.database.writing() as session:
                await recovery.replace(session, "kim", await recovery.hashed(codes), now_s=one.now_s)
            steps = [await one.log_in().by_password("kim", PASSWORD) for _ in range(3)]
            tries = [one.log_in().by_recovery_code(step.cookie, codes[3]) for step in steps]
            done = await asyncio.gather(*tries, return_exceptions=True)
            assert sorted(type(one).__name__ for one in done) == ["PersonError"] * 2 + ["Step"]
            deeds = await one.deeds()
            assert deeds.count("person:kim recovery_code_used 9 left") == 1
            assert deeds.count("person:kim sign_in_failed recovery code") == 2
            async with one.console.database.reading() as session:
                rows = (await session.scalars(select(RecoveryCode))).all()
            assert not any(recovery.plain(code) in row.kept for code in codes for row in rows)
            assert len({row.kept.split("$")[4] for row in rows}) == 1

    asyncio.run(run())


def test_recovery_code_when_guessed_then_counted_as_wrong_tries(live: Live) -> None:
    async def scene(one: Desk) -> None:
        await one.give_factor()
        step = await one.log_in().by_password("kim", PASSWORD)
        for typed in ("aaaaa-aaaaa", "", "a" * 40, "000000", "kx3m9 9pwab"):
            with pytest.raises(PersonError, match="recovery code is wrong"):
                await one.log_in().by_recovery_code(step.cookie, typed)
        with pytest.raises(TooManyError):
            await one.log_in().by_recovery_code(step.cookie, "bbbbb-bbbbb")

    live(scene)


def test_code_when_typed_at_two_places_at_once_then_opens_once(database_url: str, tmp_path: Path) -> None:
    async def run() -> None:
        async with desk(database_url, tmp_path) as one:
            await one.give_factor()
            steps = [await one.log_in().by_password("kim", PASSWORD) for _ in range(4)]
            tries = [one.log_in().by_code(step.cookie, one.code()) for step in steps]
            done = await asyncio.gather(*tries, return_exceptions=True)
            assert sorted(type(one).__name__ for one in done) == ["PersonError"] * 3 + ["Step"]

    asyncio.run(run())


@pytest.mark.parametrize("stage", list(Stage))
def test_step_when_the_session_is_at_another_then_refused(live: Live, stage: Stage) -> None:
    async def scene(one: Desk) -> None:
        async with one.console.database.writing() as session:
            cookie = await sessions.begin(session, person="kim", stage=stage, wall_s=one.now_s)
        steps: dict[Stage, Awaitable[object]] = {
            Stage.PASSWORD: one.log_in().by_code(cookie, "123456"),
            Stage.NEW_PASSWORD: one.log_in().by_new_password(cookie, password=PASSWORD, again=PASSWORD),
            Stage.ENROL: one.log_in().offered_factor(cookie),
        }
        for of_stage, step in steps.items():
            if of_stage is stage:
                await asyncio.gather(step, return_exceptions=True)
                continue
            with pytest.raises(SignInError):
                await step

    live(scene)


def test_log_in_when_half_way_for_ten_minutes_then_begun_again(live: Live) -> None:
    async def scene(one: Desk) -> None:
        await one.give_factor()
        step = await one.log_in().by_password("kim", PASSWORD)
        one.now_s += 600.0
        with pytest.raises(SignInError, match="too long"):
            await one.log_in().by_code(step.cookie, one.code())

    live(scene)


def test_guesser_when_wrong_five_times_then_locked_from_every_address_and_the_right_password_waits_too(
    database_url: str, tmp_path: Path
) -> None:
    async def run() -> None:
        async with desk(database_url, tmp_path) as one:
            guesses = [one.log_in(Origin(address=f"192.0.2.{n}")).by_password("kim", "wrong") for n in range(12)]
            done = await asyncio.gather(*guesses, return_exceptions=True)
            assert sorted(type(error).__name__ for error in done) == ["PersonError"] * 5 + ["TooManyError"] * 7
            with pytest.raises(TooManyError) as caught:
                await one.log_in().by_password("kim", PASSWORD)
            assert 0 < caught.value.after_s <= 30.0
            one.now_s += 30.0
            assert (await one.log_in().by_password("kim", PASSWORD)).stage is Stage.ENROL

    asyncio.run(run())


def test_guesser_when_the_password_is_known_then_the_codes_are_counted_all_the_same(live: Live) -> None:
    async def scene(one: Desk) -> None:
        await one.give_factor()

        async def guess() -> Step:
            step = await one.log_in().by_password("kim", PASSWORD)
            return await one.log_in().by_code(step.cookie, "000000")

        for _ in range(5):
            with pytest.raises(PersonError):
                await guess()
        with pytest.raises(TooManyError):
            await guess()

    live(scene)


def test_address_when_it_tries_many_names_then_locked_also_within_an_ipv6_network(live: Live) -> None:
    async def scene(one: Desk) -> None:
        for number in range(30):
            await attempts.count(one.console, name=f"name-{number}", address=f"2001:db8:1:2::{number:x}")
        with pytest.raises(TooManyError):
            await attempts.count(one.console, name="another", address="2001:db8:1:2:ffff::1")
        await attempts.count(one.console, name="another", address="2001:db8:1:3::1")

    live(scene)


def test_tries_when_in_then_the_name_s_are_forgotten_and_nothing_of_it_is_readable(live: Live) -> None:
    async def scene(one: Desk) -> None:
        await one.give_factor()
        for _ in range(4):
            with pytest.raises(PersonError):
                await one.log_in().by_password("kim", "wrong")
        step = await one.log_in().by_password("kim", PASSWORD)
        await one.log_in().by_code(step.cookie, one.code())
        async with one.console.database.reading() as session:
            left = (await session.scalars(select(WrongTries))).all()
        assert [(row.subject.split(":")[0], row.count) for row in left] == [("address", 4)]
        assert "192.0.2.7" not in left[0].subject

    live(scene)


def test_password_when_kept_with_weaker_parameters_then_hashed_anew(live: Live) -> None:
    async def scene(one: Desk) -> None:
        weak = passwords.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
        await one.change(password=weak)
        await one.log_in().by_password("kim", PASSWORD)
        async with one.console.database.reading() as session:
            kept = (await session.get_one(Person, "kim")).password
        assert kept != weak and passwords.matches(PASSWORD, kept) and not passwords.outdated(kept)

    live(scene)


def test_person_when_signing_out_then_the_cookie_is_worth_nothing(live: Live) -> None:
    async def scene(one: Desk) -> None:
        async with one.console.database.writing() as session:
            cookies = [
                await sessions.begin(session, person="kim", stage=Stage.SIGNED_IN, wall_s=one.now_s) for _ in range(2)
            ]
        await one.log_in().out(cookies[0], "kim")
        assert await sessions.found(one.console, cookies[0]) is None
        assert await sessions.found(one.console, cookies[1]) is not None
        assert await one.deeds() == ["person:kim signed_out"]

    live(scene)
