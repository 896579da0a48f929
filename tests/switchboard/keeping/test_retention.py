"""What goes when: copies on the console first, limits somebody has set, nothing on hold, nothing undelivered."""

from __future__ import annotations

from switchboard.keeping.conftest import Branch

from appliance.config.schema import Storage
from appliance.ids import RecordingId
from appliance.switchboard.keeping import retention

DAY_S = 86400.0


def drop(branch: Branch, to_free: int = 0, **settings: int) -> int:
    return retention.drop_delivered(
        branch.store, branch.paths, Storage(**settings), wall_s=branch.now_s, to_free=to_free
    )


def expire(branch: Branch, **settings: int) -> int:
    return retention.expire(branch.store, branch.paths, Storage(**settings), wall_s=branch.now_s)


def test_copies_when_the_console_has_had_them_for_long_then_they_go(branch: Branch) -> None:
    for name in ("r1", "r2", "r3"):
        branch.contact(f"c-{name}", recording=name)
        branch.seal(name)
    branch.delivered("r1")
    branch.now_s += 10 * DAY_S
    branch.delivered("r2")
    branch.now_s += 5 * DAY_S
    assert drop(branch, keep_delivered_days=14) == 1
    assert branch.files() == {"r2.flac.age", "r3.flac.age"}
    branch.now_s += 365 * DAY_S
    assert drop(branch, keep_delivered_days=14) == 1
    assert branch.files() == {"r3.flac.age"}  # the console hasn't got it: it never goes
    assert [row.status.value for row in branch.store.recordings.all()] == ["delivered", "delivered", "sealed"]


def test_copies_when_room_is_needed_then_the_oldest_go_as_far_as_needed(branch: Branch) -> None:
    for number in range(5):
        branch.contact(f"c{number}", recording=f"r{number}")
        branch.seal(f"r{number}", data=bytes(100))
        branch.now_s += 60
        branch.delivered(f"r{number}")
    assert drop(branch, to_free=250, keep_delivered_days=14) == 3
    assert branch.files() == {"r3.flac.age", "r4.flac.age"}


def test_copies_when_a_hold_stands_then_they_stay(branch: Branch) -> None:
    branch.contact("c1", recording="r1")
    branch.seal("r1")
    branch.delivered("r1")
    branch.perform("erasure.hold", hold="case", contacts=["c1"])
    branch.now_s += 1000 * DAY_S
    assert drop(branch, to_free=10**9) == 0
    assert branch.files() == {"r1.flac.age"}


def test_recordings_when_over_their_limit_then_they_go_but_never_without_one(branch: Branch) -> None:
    branch.contact("c1", recording="r1")
    branch.now_s += 40 * DAY_S
    branch.contact("c2", recording="r2")
    branch.contact("c3", recording="m1", mailbox="sales")
    assert expire(branch) == 0
    assert expire(branch, recordings_days=30) == 1
    assert branch.files() == {"r2.flac", "m1.flac"}
    branch.now_s += 400 * DAY_S
    branch.perform("erasure.hold", hold="case", contacts=["c2"])
    assert expire(branch, recordings_days=30) == 0


def test_recording_when_made_before_the_clock_was_set_then_no_limit_takes_it(branch: Branch) -> None:
    branch.synced, branch.now_s = False, 60.0  # 1970
    branch.contact("c1", recording="r1")
    branch.synced, branch.now_s = True, 1_795_000_000.0
    assert expire(branch, recordings_days=30) == 0
    assert branch.files() == {"r1.flac"}


def test_messages_when_heard_and_old_then_they_go_with_their_limit(branch: Branch) -> None:
    for name in ("m1", "m2"):
        branch.contact(f"c-{name}", recording=name, mailbox="sales")
    branch.perform("voicemail.mark", voicemail="m1", state="saved")
    branch.now_s += 31 * DAY_S
    assert expire(branch) == 0
    assert expire(branch, voicemail_days=30) == 1
    assert branch.files() == {"m2.flac"}  # nobody has heard it
    assert [one["voicemail"] for one in branch.perform("voicemail.list")] == ["m2"]


def test_message_when_deleted_under_a_hold_then_it_goes_when_the_hold_is_lifted(branch: Branch) -> None:
    branch.contact("c1", recording="m1", mailbox="sales")
    branch.perform("erasure.hold", hold="case", contacts=["c1"])
    branch.perform("voicemail.mark", voicemail="m1", state="deleted")
    branch.now_s += 60
    assert expire(branch) == 0
    branch.perform("erasure.hold", hold="case", contacts=[], on=False)
    assert expire(branch) == 1
    assert branch.files() == set()
    row = branch.store.recordings.get(RecordingId("m1"))
    assert row is not None
    assert row.status.value == "erased"
