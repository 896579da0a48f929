"""What is changed and shown of the directory: names of outside numbers.

Runs in the store's thread, inside a transaction. Numbers are kept as E.164, however they were written.
"""

from __future__ import annotations

from appliance.dialplan import e164
from appliance.errors import RequestError
from appliance.store.store import Store
from appliance.switchboard import requests as ask
from appliance.switchboard.api.changes import Change
from appliance.switchboard.api.listings import Row

MOST_NAMES = 100_000
_SHOWN = 3


def add_names(store: Store, region: str, given: ask.DirectoryAdd) -> Change:
    """All of them or, where one is no number, none. Result: added (how many), names (how many there are)."""
    found = {e164(number, region): name.strip() for number, name in given.names.items()}
    wrong = [number for number in given.names if e164(number, region) is None]
    if wrong:
        shown = ", ".join(repr(number) for number in wrong[:_SHOWN])
        raise RequestError(f"{len(wrong)} numbers can't be numbers of {region}: {shown}; write them as +8225550100")
    if given.replace:
        store.directory.clear()
    store.directory.put({number: name for number, name in found.items() if number is not None})
    if store.directory.count() > MOST_NAMES:
        raise RequestError(f"the directory holds {MOST_NAMES} names at most; remove some first", kind="conflict")
    return Change(result={"added": len(found), "names": store.directory.count()}, published=True)


def remove_name(store: Store, region: str, given: ask.DirectoryNumber) -> Change:
    number = e164(given.number, region)
    if number is None or not store.directory.remove(number):
        raise RequestError(f"{given.number} has no name; see 'linekeeper directory list'", kind="not_found")
    return Change(result={"number": number}, published=True)


def search(store: Store, given: ask.DirectorySearch) -> list[Row]:
    """number, name."""
    found = store.directory.search(given.text, limit=given.limit)
    return [{"number": number, "name": name} for number, name in found]
