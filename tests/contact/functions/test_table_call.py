"""Look-ups in CSV and SQLite files, with values that try to be more than values."""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.contact.functions.asked import Asked
from appliance.contact.functions.definitions import TableFunction
from appliance.contact.functions.faults import FunctionError
from appliance.contact.functions.sqlite_table import SqliteTable
from appliance.contact.functions.table_call import TableCaller, value_at

PHONE = "+12025550101"


def ask(function: TableFunction, *, left_s: float = 5.0, times: int = 1, **parameters: Any) -> dict[str, Any]:
    async def run() -> bytes:
        caller = TableCaller(function)
        event = {"Details": {"Parameters": parameters, "ContactData": {"CustomerEndpoint": {"Address": PHONE}}}}
        try:
            for _ in range(times):
                answer = await caller.call(Asked(event=event, body=b"", key="", left_s=left_s))
        finally:
            await caller.close()
        return answer

    answer: dict[str, Any] = json.loads(asyncio.run(run()))
    return answer


def csv(tmp_path: Path, text: str, **more: Any) -> TableFunction:
    (tmp_path / "t.csv").write_text(text, encoding="utf-8")
    return TableFunction(name="t", file=str(tmp_path / "t.csv"), **{"column": "id", "parameter": "id", **more})


def database(tmp_path: Path, *statements: str, **more: Any) -> TableFunction:
    with closing(sqlite3.connect(tmp_path / "t.db")) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()
    return TableFunction(
        name="t", file=str(tmp_path / "t.db"), **{"column": "id", "parameter": "id", "table": "people", **more}
    )


def people(tmp_path: Path, **more: Any) -> TableFunction:
    rows = "INSERT INTO people VALUES ('1', 'Ann', 2.5), ('2', 'Bob', NULL), ('2', 'Second', 1)"
    return database(tmp_path, "CREATE TABLE people (id TEXT, name TEXT, score REAL)", rows, **more)


def changed(function: TableFunction, **more: Any) -> TableFunction:
    return msgspec.structs.replace(function, **more)


def failure(function: TableFunction, **given: Any) -> FunctionError:
    with pytest.raises(FunctionError) as caught:
        ask(function, **given)
    return caught.value


def test_csv_when_a_row_fits_then_its_first_with_every_column(tmp_path: Path) -> None:
    function = csv(tmp_path, '\ufeffid , name,note\n1,Ann,"a, ""b"""\n2,Bob\n2,Second,x\n')
    assert ask(function, id="1") == {"id": "1", "name": "Ann", "note": 'a, "b"'}
    assert ask(function, id=" 2 ") == {"id": "2", "name": "Bob", "note": ""}


def test_csv_when_columns_are_named_then_only_these(tmp_path: Path) -> None:
    function = csv(tmp_path, "id;name;secret\n7;Ann;x\n", delimiter=";", columns=("name",))
    assert ask(function, id=7) == {"name": "Ann"}


def test_csv_when_no_row_fits_then_the_default_or_a_refusal(tmp_path: Path) -> None:
    assert ask(csv(tmp_path, "id,name\n", default={"name": "?"}), id="1") == {"name": "?"}
    error = failure(csv(tmp_path, "id,name\n1,A\n"), id="2")
    assert (str(error), error.refused) == ("no row of the table fits", True)


def test_csv_when_the_file_is_replaced_then_the_new_one_counts(tmp_path: Path) -> None:
    function = csv(tmp_path, "id,name\n1,Ann\n")

    async def run() -> list[bytes]:
        caller = TableCaller(function)
        asked = Asked(event={"Details": {"Parameters": {"id": "1"}}}, body=b"", key="", left_s=5.0)
        answers = [await caller.call(asked)]
        (tmp_path / "new").write_text("id,name\n1,Eve\n")
        (tmp_path / "new").replace(tmp_path / "t.csv")
        answers.append(await caller.call(asked))
        (tmp_path / "t.csv").unlink()
        with pytest.raises(FunctionError, match="No such file"):
            await caller.call(asked)
        await caller.close()
        return answers

    assert [json.loads(answer)["name"] for answer in asyncio.run(run())] == ["Ann", "Eve"]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "the table has no column id; its header line must name it"),
        ("name\nAnn\n", "the table has no column id; its header line must name it"),
        ("id,name\n1,\udcff\n", "the table is no CSV in UTF-8"),
    ],
)
def test_csv_when_it_is_no_such_table_then_failure(tmp_path: Path, text: str, fault: str) -> None:
    function = csv(tmp_path, "")
    (tmp_path / "t.csv").write_bytes(text.encode("utf-8", "surrogateescape"))
    error = failure(function, id="1")
    assert (str(error), error.again) == (fault, False)


def test_table_when_the_file_hangs_then_the_loop_goes_on(tmp_path: Path) -> None:
    function = csv(tmp_path, "")
    (tmp_path / "t.csv").unlink()
    os.mkfifo(tmp_path / "t.csv")  # opening it waits for a writer, as a dead network disk would

    async def run() -> None:
        caller = TableCaller(function)
        asked = Asked(event={"Details": {"Parameters": {"id": "1"}}}, body=b"", key="", left_s=0.2)
        hanging = asyncio.create_task(caller.call(asked))
        done, _ = await asyncio.wait({hanging}, timeout=0.3)
        assert not done
        with (tmp_path / "t.csv").open("w") as writer:
            writer.write("id\n1\n")
        assert json.loads(await hanging) == {"id": "1"}
        await caller.close()

    asyncio.run(asyncio.wait_for(run(), 20))


def test_sqlite_when_a_row_fits_then_its_first_with_its_types(tmp_path: Path) -> None:
    function = people(tmp_path)
    assert ask(function, id="1") == {"id": "1", "name": "Ann", "score": 2.5}
    assert ask(function, id=2) == {"id": "2", "name": "Bob", "score": None}
    assert ask(changed(function, columns=("name",)), id="1") == {"name": "Ann"}


@pytest.mark.parametrize("value", ["' OR '1'='1", "1; DROP TABLE people", '"', "%", "1\x00", "x" * 100_000, "\ud7ff"])
def test_sqlite_when_the_value_is_hostile_then_it_is_only_a_value(tmp_path: Path, value: str) -> None:
    function = people(tmp_path, default={"found": "no"})
    assert ask(function, id=value) == {"found": "no"}
    assert ask(function, id="1")["name"] == "Ann"


def test_sqlite_when_names_hold_quotes_then_they_are_names(tmp_path: Path) -> None:
    create = 'CREATE TABLE "a ""b"" c" ("the ""id""" TEXT, x TEXT)'
    insert = """INSERT INTO "a ""b"" c" VALUES ('1', 'y')"""
    function = database(tmp_path, create, insert, table='a "b" c', column='the "id"', columns=("x",))
    assert ask(function, id="1") == {"x": "y"}


def test_sqlite_when_looked_up_then_nothing_can_be_written(tmp_path: Path) -> None:
    function = people(tmp_path)
    before = (tmp_path / "t.db").read_bytes()
    ask(function, id="1", times=3)
    assert (tmp_path / "t.db").read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["t.db"]


@pytest.mark.parametrize(
    ("change", "again"), [({"table": "nobody"}, False), ({"file": "/nowhere/x.db"}, True)], ids=["table", "file"]
)
def test_sqlite_when_it_is_not_there_then_failure(tmp_path: Path, change: dict[str, Any], again: bool) -> None:
    error = failure(changed(people(tmp_path), **change), id="1")
    assert error.again is again
    assert not Path("/nowhere").exists()


def test_sqlite_when_the_file_is_none_then_failure(tmp_path: Path) -> None:
    function = people(tmp_path)
    (tmp_path / "t.db").write_bytes(b"id,name\n" * 1000)
    assert not failure(function, id="1").again


def test_sqlite_when_the_row_holds_binary_then_failure_with_remedy(tmp_path: Path) -> None:
    function = database(tmp_path, "CREATE TABLE people (id, photo)", "INSERT INTO people VALUES ('1', x'00ff')")
    assert "binary" in str(failure(function, id="1"))
    assert ask(changed(function, columns=("id",)), id="1") == {"id": "1"}


def test_sqlite_when_the_look_up_takes_too_long_then_it_is_interrupted(tmp_path: Path) -> None:
    endless = "CREATE VIEW people AS WITH RECURSIVE n(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n) SELECT id FROM n"
    table = SqliteTable(database(tmp_path, endless))
    began = time.monotonic()
    with pytest.raises(FunctionError) as caught:
        table.find("no such number", 0.2)
    assert caught.value.again
    assert time.monotonic() - began < 60  # without the interruption it would never end


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=20), min_size=2, max_size=2, unique=True))
def test_sqlite_whatever_the_value_then_the_row_of_that_value_or_none(values: list[str]) -> None:
    stored, other = values
    with tempfile.TemporaryDirectory() as folder:
        function = database(Path(folder), "CREATE TABLE people (id TEXT)")
        with closing(sqlite3.connect(function.file)) as connection:
            connection.execute("INSERT INTO people VALUES (?)", (stored,))
            connection.commit()
        table = SqliteTable(function)
        assert table.find(stored, 5.0) == {"id": stored}
        assert table.find(other, 5.0) is None


def test_sqlite_when_the_column_is_missing_then_its_name_is_no_text(tmp_path: Path) -> None:
    function = people(tmp_path)
    for change in ({"column": "gone"}, {"columns": ("name", "gone")}):
        error = failure(changed(function, **change), id="gone")
        assert "no such column" in str(error)
        assert not error.again


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("id", "7"),
        ("CustomerEndpoint.Address", PHONE),
        ("a.b", "dotted"),
        ("CustomerEndpoint", None),
        ("CustomerEndpoint.Address.More", None),
        ("nothing", None),
        ("flag", None),
        ("", None),
    ],
)
def test_parameter_when_named_then_of_the_parameters_first_and_then_of_the_contact(
    name: str, value: str | None
) -> None:
    parameters = {"id": 7, "a.b": "dotted", "flag": True}
    event = {"Details": {"Parameters": parameters, "ContactData": {"CustomerEndpoint": {"Address": PHONE}}}}
    assert value_at(event, name) == value


@pytest.mark.parametrize("event", [{}, {"Details": None}, {"Details": {"Parameters": []}}])
def test_parameter_when_the_event_is_odd_then_none(event: dict[str, Any]) -> None:
    assert value_at(event, "id") is None
