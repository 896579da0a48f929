from __future__ import annotations

from pathlib import Path

import pytest
from contact.bridge import Bridge

from appliance.contact.media.recorder import Recorder
from appliance.contact.media.recording import CHECK_S, Recording, require_space
from appliance.contact.timers import Timers
from appliance.errors import ContactError
from appliance.events import AnyBody, RecordingRefused, RecordingStarted, RecordingStopped

MORE_THAN_ANY_DISK = 1 << 60


class Stage:
    """A recorder whose clock moves by hand."""

    def __init__(self, folder: Path, reserve_bytes: int = 0, *, forbidden: Path | None = None) -> None:
        self.now_s = 0.0
        self.folder = folder
        self.bridge = Bridge()
        self.timers = Timers(lambda: self.now_s)
        self.said: list[AnyBody] = []
        self.changes = 0
        self.recorder = Recorder(self.bridge.as_engine, self.timers, reserve_bytes, self._changed, forbidden=forbidden)

    def _changed(self) -> None:
        self.changes += 1

    def follow(self, *, talking: bool) -> None:
        self.recorder.follow(talking=talking, folder=self.folder, emit=self.said.append)

    def kinds(self) -> list[str]:
        return [type(body).__name__ for body in self.said]

    def go(self, seconds: float) -> None:
        self.now_s += seconds
        self.timers.run_due()


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path)


def test_require_space_when_there_is_enough_says_nothing(tmp_path: Path) -> None:
    require_space(tmp_path, 1)


def test_require_space_when_there_is_too_little_says_how_much(tmp_path: Path) -> None:
    with pytest.raises(ContactError, match=r"disk full: \d+ MB left, 1152921504606 MB are kept for calls"):
        require_space(tmp_path, MORE_THAN_ANY_DISK)


def test_require_space_when_the_folder_is_missing_says_so(tmp_path: Path) -> None:
    with pytest.raises(ContactError, match="can't be read"):
        require_space(tmp_path / "absent", 0)


def test_recording_when_made_names_two_files_by_one_new_id(tmp_path: Path) -> None:
    first, second = (Recording(Bridge().as_engine, tmp_path) for _ in range(2))
    assert first.recording != second.recording
    started = first.started()
    assert started.recording == first.recording
    assert Path(started.customer_path) == tmp_path / f"{first.recording}.customer.wav"
    assert Path(started.agent_path) == tmp_path / f"{first.recording}.agent.wav"
    assert started.rate_hz == 8000


def test_keep_alive_when_asked_wires_each_side_to_the_other(tmp_path: Path) -> None:
    recording = Recording(Bridge().as_engine, tmp_path)
    assert recording.keep_alive() == [
        (recording.customer, recording.agent),
        (recording.agent, recording.customer),
    ]


def test_follow_when_participants_are_wanted_records_from_talking_on(stage: Stage) -> None:
    stage.recorder.participants = frozenset({"Agent", "Customer"})
    stage.follow(talking=False)
    assert stage.said == []
    stage.follow(talking=True)
    stage.follow(talking=True)
    assert stage.kinds() == ["RecordingStarted"]
    assert stage.changes == 1


def test_follow_when_nobody_is_to_be_recorded_makes_no_file(stage: Stage) -> None:
    stage.follow(talking=True)
    assert stage.said == []
    assert list(stage.folder.iterdir()) == []


def test_follow_when_the_flow_is_recorded_starts_before_the_agent_and_goes_on(stage: Stage) -> None:
    stage.recorder.ivr = True
    stage.recorder.participants = frozenset({"Agent", "Customer"})
    stage.follow(talking=False)
    stage.follow(talking=True)
    assert stage.kinds() == ["RecordingStarted"]


def test_follow_when_the_flow_switches_recording_off_stops(stage: Stage) -> None:
    stage.recorder.participants = frozenset({"Customer"})
    stage.follow(talking=True)
    stage.recorder.participants = frozenset()
    stage.follow(talking=True)
    started, stopped = stage.said
    assert isinstance(started, RecordingStarted)
    assert stopped == RecordingStopped(recording=started.recording, reason="flow")
    assert stage.recorder.current is None


def test_stop_when_nothing_is_recorded_says_nothing(stage: Stage) -> None:
    stage.recorder.stop("contact ended")
    assert stage.said == []


def test_stop_when_called_twice_says_it_once_and_watches_the_disk_no_more(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.recorder.participants = frozenset({"Customer"})
    stage.follow(talking=True)
    stage.recorder.stop("contact ended")
    stage.recorder.stop("contact ended")
    monkeypatch.setattr("appliance.contact.media.recorder.require_space", _full)
    stage.go(10 * CHECK_S)
    assert stage.kinds() == ["RecordingStarted", "RecordingStopped"]


def test_follow_when_the_disk_is_full_refuses_once_and_the_call_goes_on(tmp_path: Path) -> None:
    stage = Stage(tmp_path, reserve_bytes=MORE_THAN_ANY_DISK)
    stage.recorder.participants = frozenset({"Customer"})
    stage.follow(talking=True)
    stage.follow(talking=True)
    (refused,) = stage.said
    assert isinstance(refused, RecordingRefused)
    assert refused.reason.startswith("disk full")
    assert list(tmp_path.iterdir()) == []


def test_follow_when_the_folder_is_missing_refuses(tmp_path: Path) -> None:
    stage = Stage(tmp_path / "absent")
    stage.recorder.participants = frozenset({"Customer"})
    stage.follow(talking=True)
    assert stage.kinds() == ["RecordingRefused"]


def test_recording_when_the_storage_budget_is_used_up_then_calls_are_not_recorded_but_messages_are(
    tmp_path: Path,
) -> None:
    forbidden, spool = tmp_path / "no_recording", tmp_path / "spool"
    spool.mkdir()
    stage = Stage(spool, forbidden=forbidden)
    stage.recorder.participants = frozenset({"Customer"})
    stage.follow(talking=True)
    forbidden.touch()
    stage.go(CHECK_S)
    stage.recorder.participants = frozenset({"Customer"})
    stage.follow(talking=True)
    assert stage.kinds() == ["RecordingStarted", "RecordingStopped", "RecordingRefused"]
    refused = stage.said[-1]
    assert isinstance(refused, RecordingRefused)
    assert "storage budget" in refused.reason
    assert stage.recorder.take_message({"mailbox": "sales"}, folder=spool, emit=stage.said.append)
    stage.go(10 * CHECK_S)
    assert stage.kinds()[-1] == "RecordingStarted"
    forbidden.unlink()
    stage.recorder.stop("message ended")
    stage.recorder.participants = frozenset({"Customer"})
    stage.follow(talking=True)
    assert stage.kinds()[-1] == "RecordingStarted"


def test_check_when_the_disk_runs_full_meanwhile_stops(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.recorder.participants = frozenset({"Customer"})
    stage.follow(talking=True)
    stage.go(CHECK_S)
    assert stage.kinds() == ["RecordingStarted"]
    monkeypatch.setattr("appliance.contact.media.recorder.require_space", _full)
    stage.go(CHECK_S)
    stage.follow(talking=True)
    stage.go(10 * CHECK_S)
    assert stage.kinds() == ["RecordingStarted", "RecordingStopped"]
    last = stage.said[-1]
    assert isinstance(last, RecordingStopped)
    assert last.reason == "disk full"


def _full(_folder: Path, _reserve_bytes: int, *, forbidden: Path | None = None) -> None:
    raise ContactError("disk full: 0 MB left, 500 MB are kept for calls")
