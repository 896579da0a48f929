"""A person logs in: password, second factor, and at the first time a password and a second factor of their own.

    password ─► code, or a recovery code ─┬─► (new password, where the old was for once) ─► signed in
             └► no factor yet: (new password) ─► scan, type the first code ─► signed in, with ten recovery codes

Each step gives a new cookie. What was wrong is never told apart: no such name, wrong password and a person put out look
the same and take as long. Every success and failure is audited; tries are counted (`attempts`).
"""

from __future__ import annotations

from typing import Final

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from appliance.console.audit.entries import Deed
from appliance.console.audit.log import note
from appliance.console.context import Console
from appliance.console.database.tables import Person, PersonSession
from appliance.console.people import attempts, hashing, passwords, recovery, sessions, totp
from appliance.console.people.errors import PersonError, SignInError
from appliance.console.people.session_tokens import Stage
from appliance.console.people.vault import Vault

_UNKNOWN: Final = "unknown"


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """Where a request comes from. browser: its User-Agent."""

    address: str = ""
    browser: str = ""


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """cookie: of the session from now on; codes: new recovery codes, to be shown now and never again."""

    cookie: str
    stage: Stage
    codes: tuple[str, ...] = ()


class LogIn:
    """The steps, for one request. All raise TooManyError while the name or address is locked, and SignInError where
    the session isn't at that step (any more)."""

    def __init__(self, console: Console, origin: Origin) -> None:
        self._console, self._origin = console, origin

    async def by_password(self, name: str, password: str) -> Step:
        """The first step. Raises PersonError (wrong)."""
        person = name.strip().casefold()
        await attempts.count(self._console, name=person, address=self._origin.address)
        async with self._console.database.reading() as session:
            row = await session.get(Person, person)
        right = await hashing.matches(password, row.password if row else "")
        if row is None or row.disabled_s is not None or not right:
            await self._failed(row.person if row else "", "password")
            raise PersonError("name or password is wrong", kind="wrong_password")
        fresh = await hashing.hashed(password) if passwords.outdated(row.password) else ""
        async with self._console.database.writing() as session:
            await attempts.take_back(session, name=person, address=self._origin.address)
            if fresh:
                (await session.get_one(Person, person)).password = fresh
            return await self._begun(session, row)

    async def by_code(self, cookie: str, code: str) -> Step:
        """The second factor. Raises PersonError (wrong, or used already)."""
        found = await self._at(cookie, Stage.PASSWORD)
        await attempts.count(self._console, name=found.person, address=self._origin.address)
        async with self._console.database.writing() as session:
            row = await _locked(session, found.person)
            if self._right(row, code):
                await attempts.take_back(session, name=row.person, address=self._origin.address)
                return await self._on(session, cookie, row)
        await self._failed(found.person, "code")
        raise _wrong_code()

    async def by_recovery_code(self, cookie: str, code: str) -> Step:
        """Instead of the second factor, where the phone isn't at hand. Raises PersonError (wrong, or used already)."""
        found = await self._at(cookie, Stage.PASSWORD)
        await attempts.count(self._console, name=found.person, address=self._origin.address)
        kept = await self._kept(found.person, code)
        async with self._console.database.writing() as session:
            row = await _locked(session, found.person)
            if await self._recovered(session, row.person, kept):
                await attempts.take_back(session, name=row.person, address=self._origin.address)
                return await self._on(session, cookie, row)
        await self._failed(found.person, "recovery code")
        raise _wrong_recovery_code()

    async def by_new_password(self, cookie: str, *, password: str, again: str) -> Step:
        """One of one's own instead of the one for once. Raises PersonError."""
        found = await self._at(cookie, Stage.NEW_PASSWORD)
        fresh = await hashing.chosen(self._console, found.person, password=password, again=again)
        async with self._console.database.writing() as session:
            row = await _locked(session, found.person)
            row.password, row.password_once = fresh, False
            await self._note(session, row.person, Deed.PASSWORD_CHANGED)
            return await self._on(session, cookie, row)

    async def offered_factor(self, cookie: str) -> str:
        """The secret to be scanned, the same until its first code."""
        found = await self._at(cookie, Stage.ENROL)
        purpose = factor_purpose(found.person)
        query = select(PersonSession).where(PersonSession.kept == found.kept).with_for_update()
        async with self._console.database.writing() as session:
            row = (await session.execute(query)).scalar_one()
            row.factor = row.factor or self._vault().seal(totp.fresh_secret(), purpose=purpose)
            return self._vault().open(row.factor, purpose=purpose)

    async def by_first_code(self, cookie: str, code: str) -> Step:
        """The new second factor works. Raises PersonError (wrong)."""
        found = await self._at(cookie, Stage.ENROL)
        await attempts.count(self._console, name=found.person, address=self._origin.address)
        secret = await self.offered_factor(cookie)
        step = totp.step_of(code, secret=secret, wall_s=self._console.now_s(), after_step=0)
        if step is None:
            raise PersonError("this code is wrong; check the phone's clock, type the newest", kind="wrong_first_code")
        codes = recovery.fresh()
        hashes = await recovery.hashed(codes)
        async with self._console.database.writing() as session:
            row = await _locked(session, found.person)
            row.factor = self._vault().seal(secret, purpose=factor_purpose(row.person))
            row.factor_step = step
            await self._note(session, row.person, Deed.SECOND_FACTOR_SET)
            await self._give(session, row.person, hashes)
            done = await self._on(session, cookie, row)
        return msgspec.structs.replace(done, codes=codes)

    async def another_factor(self, cookie: str, code: str) -> Step:
        """Of somebody signed in, who shows the old one or a recovery code; the old one holds until the new one's first
        code. Raises PersonError."""
        found = await self._at(cookie, Stage.SIGNED_IN)
        await attempts.count(self._console, name=found.person, address=self._origin.address)
        kept = await self._kept(found.person, code)
        async with self._console.database.writing() as session:
            row = await _locked(session, found.person)
            if self._right(row, code) or await self._recovered(session, row.person, kept):
                await attempts.take_back(session, name=row.person, address=self._origin.address)
                now_s = self._console.now_s()
                new = await sessions.advance(session, cookie, stage=Stage.ENROL, wall_s=now_s)
                return Step(cookie=new, stage=Stage.ENROL)
        await self._failed(found.person, "code")
        raise _wrong_code()

    async def other_recovery_codes(self, cookie: str, code: str) -> tuple[str, ...]:
        """For somebody signed in, who shows the second factor: the codes of before open nothing. Raises PersonError."""
        found = await self._at(cookie, Stage.SIGNED_IN)
        await attempts.count(self._console, name=found.person, address=self._origin.address)
        codes = recovery.fresh()
        hashes = await recovery.hashed(codes)
        async with self._console.database.writing() as session:
            row = await _locked(session, found.person)
            if self._right(row, code):
                await attempts.take_back(session, name=row.person, address=self._origin.address)
                await self._give(session, row.person, hashes)
                return codes
        await self._failed(found.person, "code")
        raise _wrong_code()

    async def out(self, cookie: str, person: str) -> None:
        """The session ends here and now."""
        async with self._console.database.writing() as session:
            await sessions.end(session, cookie)
            await self._note(session, person, Deed.SIGNED_OUT)

    def _right(self, row: Person, code: str) -> bool:
        """Whether it is the factor's code of now; it is used up then."""
        if not row.factor:
            return False
        secret = self._vault().open(row.factor, purpose=factor_purpose(row.person))
        step = totp.step_of(code, secret=secret, wall_s=self._console.now_s(), after_step=row.factor_step)
        row.factor_step = row.factor_step if step is None else step
        return step is not None

    async def _kept(self, person: str, code: str) -> str:
        """Made before anything is locked: it takes as long as a password."""
        async with self._console.database.reading() as session:
            one = await recovery.one_of(session, person)
        return await recovery.kept_of(code, one)

    async def _recovered(self, session: AsyncSession, person: str, kept: str) -> bool:
        """Whether it is a good recovery code; it is used up and audited then."""
        if not kept or not await recovery.use(session, person, kept, now_s=self._console.now_s()):
            return False
        await self._note(session, person, Deed.RECOVERY_CODE_USED, f"{await recovery.left(session, person)} left")
        return True

    async def _give(self, session: AsyncSession, person: str, hashes: list[str]) -> None:
        await recovery.replace(session, person, hashes, now_s=self._console.now_s())
        await self._note(session, person, Deed.RECOVERY_CODES_MADE, f"{len(hashes)}")

    async def _begun(self, session: AsyncSession, row: Person) -> Step:
        stage = Stage.PASSWORD if row.factor else _next(row)
        cookie = await sessions.begin(
            session,
            person=row.person,
            stage=stage,
            wall_s=self._console.now_s(),
            address=self._origin.address,
            browser=self._origin.browser,
        )
        return Step(cookie=cookie, stage=stage)

    async def _on(self, session: AsyncSession, cookie: str, row: Person) -> Step:
        """The step was right: a new cookie for the next one."""
        now_s, stage = self._console.now_s(), _next(row)
        new = await sessions.advance(session, cookie, stage=stage, wall_s=now_s)
        if stage is Stage.SIGNED_IN:
            row.signed_in_s = now_s
            await attempts.forget(session, name=row.person, wall_s=now_s)
            await session.flush()
            await self._note(session, row.person, Deed.SIGNED_IN)
        return Step(cookie=new, stage=stage)

    async def _at(self, cookie: str, stage: Stage) -> sessions.Found:
        found = await sessions.found(self._console, cookie) if cookie else None
        if found is None or found.stage is not stage:
            raise SignInError("this log-in took too long or was finished elsewhere; begin again")
        return found

    async def _failed(self, person: str, what: str) -> None:
        async with self._console.database.writing() as session:
            await self._note(session, person, Deed.SIGN_IN_FAILED, what)

    async def _note(self, session: AsyncSession, person: str, deed: Deed, detail: str = "") -> None:
        who = f"person:{person}" if person else _UNKNOWN
        address = self._origin.address
        await note(session, wall_s=self._console.now_s(), who=who, deed=deed, detail=detail, address=address)

    def _vault(self) -> Vault:
        return Vault(self._console.settings.data_dir)


def factor_purpose(person: str) -> str:
    """What a sealed second factor is sealed for."""
    return f"factor:{person}"


def _wrong_code() -> PersonError:
    return PersonError("this code is wrong or was used already; take the next one", kind="wrong_code")


def _wrong_recovery_code() -> PersonError:
    return PersonError("this recovery code is wrong or was used already; take another", kind="wrong_recovery_code")


def _next(row: Person) -> Stage:
    """What is still to do once the second factor, where there is one, was right."""
    if row.password_once:
        return Stage.NEW_PASSWORD
    return Stage.SIGNED_IN if row.factor else Stage.ENROL


async def _locked(session: AsyncSession, person: str) -> Person:
    """Nobody else changes the person before the transaction ends: a code opens once, also at two processes."""
    return (await session.execute(select(Person).where(Person.person == person).with_for_update())).scalar_one()
