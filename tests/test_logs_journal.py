"""What reaches journald when the standard library's logging goes through systemd-python's own handler."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
from systemd.journal import JournalHandler

from appliance import logs
from appliance.ids import ContactId

Sent = list[tuple[str, dict[str, object]]]


@pytest.fixture
def sent() -> Iterator[Sent]:
    """What the logger "journal.test" sends, with nothing on standard error."""
    entries: Sent = []

    def keep(message: str, **given: object) -> None:
        entries.append((message, given))

    handler = JournalHandler(sender_function=logs.journal_sender(keep), SYSLOG_IDENTIFIER="linekeeper-test")
    logger = logging.getLogger("journal.test")
    logger.addHandler(handler)
    logger.propagate = False
    yield entries
    logger.removeHandler(handler)


def test_journal_when_a_record_is_logged_then_it_arrives_masked_with_its_fields(
    sent: Sent, capsys: pytest.CaptureFixture[str]
) -> None:
    extra = logs.fields(contact=ContactId("contact-1"))
    logging.getLogger("journal.test").warning("call from %s", "+12125550100", extra=extra)
    ((message, given),) = sent
    assert "2125550" not in f"{message}{given}"
    assert given["CONTACT_ID"] == "contact-1"
    assert given["SYSLOG_IDENTIFIER"] == "linekeeper-test"
    assert capsys.readouterr().err == ""


def test_journal_when_an_exception_is_logged_then_its_trace_arrives(sent: Sent) -> None:
    try:
        raise ValueError("no such thing")
    except ValueError:
        logging.getLogger("journal.test").exception("it failed")
    ((_, given),) = sent
    assert "no such thing" in str(given["EXCEPTION_TEXT"])
