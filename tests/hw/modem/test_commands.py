"""Commands one after the other, and whose answer it is."""

from __future__ import annotations

from hw.modem.commands import ANSWER_S, Asked, Commands
from hw.modem.replies import Reply, Result, read_reply

FIRST, SECOND = Asked(text="ATI0"), Asked(text="AT+VLS=1", limit_s=9.0)


def asked() -> Commands:
    commands = Commands()
    commands.ask(FIRST)
    commands.ask(SECOND)
    return commands


def test_command_when_one_is_under_way_then_the_next_waits_for_its_end() -> None:
    commands = asked()
    assert commands.next(5.0) == b"ATI0\r"
    assert commands.due == 5.0 + ANSWER_S
    assert commands.next(5.1) == b""
    assert commands.answered(read_reply("OK")) == FIRST
    assert commands.due is None
    assert commands.next(6.0) == b"AT+VLS=1\r"
    assert commands.due == 15.0
    assert not commands.idle
    assert commands.answered(read_reply("ERROR")) == SECOND
    assert commands.idle


def test_answers_when_they_come_then_kept_but_for_rings_and_the_echo() -> None:
    commands = asked()
    commands.next(0.0)
    for text in ("ATI0", "RING", "56000"):
        assert commands.answered(Reply(text=text)) is None
    assert commands.answers == ["56000"]
    commands.answered(Reply(text="OK", result=Result.OK))
    commands.next(0.0)
    assert commands.answers == []


def test_result_when_nothing_was_asked_then_nobodys() -> None:
    assert Commands().answered(read_reply("OK")) is None


def test_command_when_no_answer_comes_then_given_up() -> None:
    commands = asked()
    assert commands.given_up() is None
    commands.next(0.0)
    assert commands.given_up() == FIRST
    assert commands.due is None


def test_commands_when_forgotten_then_the_waiting_ones_or_some_or_all() -> None:
    commands = asked()
    commands.forget_waiting({"AT+VLS=1"})
    commands.next(0.0)
    assert (commands.under_way, commands.answered(read_reply("OK")), commands.idle) == (FIRST, FIRST, True)
    commands = asked()
    commands.next(0.0)
    commands.forget_waiting()
    assert commands.under_way == FIRST
    commands.forget()
    assert (commands.idle, commands.due) == (True, None)
