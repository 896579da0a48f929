from __future__ import annotations

from appliance.store import Store
from appliance.store.directory import AT_ONCE


def test_directory_when_changed_counts_its_revisions() -> None:
    with Store.in_memory() as store:
        before = store.directory.revision
        store.directory.put({"+8225550100": "Kim Minsu", "+8225550101": "Lee"})
        store.directory.put({"+8225550100": "Kim"})
        assert store.directory.remove("+8225550101")
        assert not store.directory.remove("+8225550101")
        assert store.directory.revision == before + 3
        assert store.directory.all() == [("+8225550100", "Kim")]


def test_directory_when_many_names_are_added_tells_the_console_in_parts() -> None:
    with Store.in_memory() as store:
        names = {f"+8225{number:07}": f"Customer {number}" for number in range(AT_ONCE + 1)}
        store.directory.put(names)
        assert store.outbox.depth() == 2
        assert store.directory.count() == AT_ONCE + 1


def test_directory_when_searched_finds_parts_of_names_and_numbers() -> None:
    with Store.in_memory() as store:
        store.directory.put({"+8225550100": "Kim Minsu", "+8225550199": "Lee", "+12025550100": "100 % Kimchi"})
        assert [name for _, name in store.directory.search("kim", limit=10)] == ["100 % Kimchi", "Kim Minsu"]
        assert [name for _, name in store.directory.search("0199", limit=10)] == ["Lee"]
        assert len(store.directory.search("", limit=2)) == 2
        store.directory.clear()
        assert store.directory.all() == []
