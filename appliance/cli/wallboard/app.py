"""The board as a terminal program: four tables on one screen, refreshed by asking the switchboard.

Asking happens in a thread, one question at a time: a slow answer makes the board late, never the box. Keys change only
what is shown.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from rich.text import Text
from textual import work
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.events import DescendantFocus
from textual.widgets import DataTable, Footer, Static
from typing_extensions import override

from appliance.cli.wallboard.tables import TABLES, Column, Limits, TableOf, ordered
from appliance.errors import ApplianceError

Json = Mapping[str, Any]
STYLES = {"": "", "good": "green", "warning": "yellow", "breach": "bold red", "dim": "dim"}


class Wallboard(App[None]):
    """`ask` gets the document (see `appliance.switchboard.measuring.wallboard`); it blocks and may raise
    ApplianceError. first: a document to begin with."""

    TITLE = "linekeeper"
    ENABLE_COMMAND_PALETTE = False
    CSS = """
    #heading { height: 1; background: $primary; color: $text; padding: 0 1; }
    #heading.late { background: $error; }
    DataTable { height: 6fr; }
    DataTable > .datatable--header { text-style: bold; background: $surface; }
    DataTable:focus > .datatable--header { background: $primary; }
    #queues { height: 5fr; }
    #lines { height: 4fr; }
    .alone { height: 1fr; }
    .away { display: none; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(str(number), f"table('{table.key}')", table.title) for number, table in enumerate(TABLES, 1)),
        Binding("s", "sort", "Sort"),
        Binding("r", "reverse", "Reverse"),
        Binding("z", "zoom", "Zoom"),
        Binding("p", "pause", "Pause"),
        Binding("q", "quit", "Quit"),
    ]

    def __init__(
        self,
        ask: Callable[[], Json],
        *,
        first: Json,
        period_s: float = 1.0,
        level_pct: int = 80,
        wait_s: int = 60,
    ) -> None:
        super().__init__()
        self._ask = ask
        self._document = first
        self._period_s = period_s
        self._limits = Limits(level_pct=level_pct, wait_s=wait_s)
        self._orders = dict.fromkeys((table.key for table in TABLES), 0)
        self._downwards = dict.fromkeys(self._orders, False)
        self._paused = False
        self._alone = False
        self.current: TableOf = TABLES[0]
        self._fault = ""
        self._since = time.monotonic()
        self.refreshes = 0

    @override
    def compose(self) -> ComposeResult:
        yield Static(id="heading")
        for table in TABLES:
            yield DataTable(
                id=table.key,
                cursor_type="row",
                cell_padding=0,
                show_cursor=False,
                cursor_foreground_priority="renderable",
            )
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        for table in TABLES:
            rows = self._rows_of(table)
            for column in table.columns:
                rows.add_column(column.title, key=column.title, width=column.width + 1)
        self.action_table(TABLES[0].key)
        self._show()
        self.set_interval(self._period_s, self._refresh)

    # ── keys ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def action_table(self, key: str) -> None:
        """The keys work on this one."""
        self.current = next(table for table in TABLES if table.key == key)
        self._rows_of(self.current).focus()
        self._arrange()

    def action_zoom(self) -> None:
        """This table alone, or all of them again."""
        self._alone = not self._alone
        self._arrange()

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        """Only the table in use has a cursor: it must not hide a colour elsewhere."""
        self.current = next((table for table in TABLES if table.key == event.widget.id), self.current)
        for table in TABLES:
            self._rows_of(table).show_cursor = table is self.current

    def action_sort(self) -> None:
        """By the next column."""
        table = self.current
        self._orders[table.key] = (self._orders[table.key] + 1) % len(table.columns)
        self._show()

    def action_reverse(self) -> None:
        self._downwards[self.current.key] = not self._downwards[self.current.key]
        self._show()

    def action_pause(self) -> None:
        self._paused = not self._paused
        self._show()

    # ── what is shown ────────────────────────────────────────────────────────────────────────────────────────────

    def _arrange(self) -> None:
        for table in TABLES:
            rows = self._rows_of(table)
            rows.set_class(self._alone, "alone")
            rows.set_class(self._alone and table is not self.current, "away")

    def _rows_of(self, table: TableOf) -> DataTable[Text]:
        found: DataTable[Text] = self.query_one(f"#{table.key}", DataTable)
        return found

    def _refresh(self) -> None:
        if not self._paused:
            self._look()

    @work(thread=True, exclusive=True)
    def _look(self) -> None:
        try:
            document, fault = self._ask(), ""
        except (ApplianceError, OSError) as error:
            document, fault = self._document, str(error)
        self.call_from_thread(self._take, document, fault)

    def _take(self, document: Json, fault: str) -> None:
        if not fault:
            self._since = time.monotonic()
        self._document, self._fault = document, fault
        self.refreshes += 1
        self._show()

    def _show(self) -> None:
        heading = self.query_one("#heading", Static)
        heading.update(self._heading())
        heading.set_class(bool(self._fault), "late")
        for table in TABLES:
            self._fill(table)

    def _heading(self) -> str:
        document = self._document
        if self._fault:
            return f"{document['box']}: not answering for {time.monotonic() - self._since:.0f} s; shown is what was"
        contacts = document["contacts"]
        counts = f"{contacts['open']} contacts, {contacts['in_queue']} waiting, {contacts['with_agent']} with agents"
        return f"{document['box']}  {document['at'][11:19]} UTC  {counts}{'  PAUSED' if self._paused else ''}"

    def _fill(self, table: TableOf) -> None:
        """Anew, with the cursor where it was: by the row's key."""
        rows = self._rows_of(table)
        place = rows.cursor_row
        order = table.columns[self._orders[table.key]]
        downwards = self._downwards[table.key]
        rows.clear()
        for row in ordered(table.rows(self._document), order, downwards=downwards):
            style = STYLES[table.tone(row, self._limits)]
            rows.add_row(*(_cell(column, row, style) for column in table.columns), key=table.name(row))
        for column in table.columns:
            mark = ("▼" if downwards else "▲") if column is order else ""
            rows.columns[_key(rows, column)].label = Text(_aligned(column, f"{column.title}{mark}"))
        rows.move_cursor(row=place, animate=False)


def _cell(column: Column, row: Json, style: str) -> Text:
    return Text(_aligned(column, column.shown(column.value(row))), style=style)


def _aligned(column: Column, text: str) -> str:
    """In the column's width, and a blank."""
    shown = text if len(text) <= column.width else text[: column.width - 1] + "…"
    return f"{shown:>{column.width}} " if column.right else f"{shown:<{column.width}} "


def _key(rows: DataTable[Text], column: Column) -> Any:
    return next(key for key in rows.columns if key.value == column.title)
