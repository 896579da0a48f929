"""People of a console under test, already signed in: their cookie, and what their browser sends along with a form.

    await add_person(console, "kim", "supervisor@busan")      client.headers.update(await browser_of(console, "kim"))

Must not stand in for the log-in where that is what is tested.
"""

from __future__ import annotations

from appliance.console.context import Console
from appliance.console.database.tables import ApiToken, Person, PersonGrant
from appliance.console.people import sessions
from appliance.console.people.session_tokens import Stage, cookie_name, form_key
from appliance.console.tokens.scopes import Scope, fresh_token


async def add_person(console: Console, person: str, *grants: str, password: str = "") -> None:
    """grants: `role@branch`; password: the argon2 hash, "" for one that nobody knows."""
    async with console.database.writing() as session:
        row = Person(
            person=person, name=person.title(), password=password, password_once=False, created_s=console.now_s()
        )
        session.add(row)
        await session.flush()
        pairs = [grant.split("@") for grant in grants]
        session.add_all(PersonGrant(person=person, role=role, branch=branch) for role, branch in pairs)


async def browser_of(console: Console, person: str, *, stage: Stage = Stage.SIGNED_IN) -> dict[str, str]:
    """Headers of a browser in which the person is signed in; good for pages, forms and scripts of the pages."""
    async with console.database.writing() as session:
        cookie = await sessions.begin(session, person=person, stage=stage, wall_s=console.now_s())
    name = cookie_name(secure=console.settings.secure)
    return {"Cookie": f"{name}={cookie}", "X-CSRF": form_key(cookie), "Sec-Fetch-Site": "same-origin"}


async def token_of(console: Console, maker: str, *scopes: Scope, branches: str = "*", life_s: float = 3600.0) -> str:
    """The text of a new token."""
    made = fresh_token()
    async with console.database.writing() as session:
        session.add(
            ApiToken(
                token=made.token,
                kept=made.kept,
                name="a program",
                maker=maker,
                scopes=" ".join(scopes),
                branches=branches,
                made_s=console.now_s(),
                ends_s=console.now_s() + life_s,
            )
        )
    return made.text
