"""The real writer: pjsua2 records both sides, is killed, and the files are finished."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from array import array
from pathlib import Path

import pytest

from appliance.ids import RecordingId
from appliance.records.facts import check_recording
from appliance.records.finish import finish_recording, recording_sources
from appliance.records.flac_program import decode_flac
from appliance.records.wav import inspect_wav
from appliance.stamps import Stamp

pytestmark = pytest.mark.scenario

RECORDER = """
import signal, sys, time
from pathlib import Path
import pjsua2 as pj

folder = Path(sys.argv[1])
config = pj.EpConfig()
config.logConfig.level = config.logConfig.consoleLevel = 0
config.uaConfig.threadCnt = 0
config.uaConfig.mainThreadOnly = True
config.medConfig.clockRate = config.medConfig.sndClockRate = 8000
endpoint = pj.Endpoint()
endpoint.libCreate()
endpoint.libInit(config)
endpoint.libStart()
endpoint.audDevManager().setNullDev()
tones, sides = [], []
for name, hz in (("customer", 440), ("agent", 880)):
    tone, side = pj.ToneGenerator(), pj.AudioMediaRecorder()
    tone.createToneGenerator()
    side.createRecorder(str(folder / f"tape.{name}.wav"))
    digit = pj.ToneDesc()
    digit.freq1, digit.on_msec, digit.off_msec = hz, 20000, 0
    tone.play(pj.ToneDescVector([digit]), True)
    tone.startTransmit(side)
    tones.append(tone)
    sides.append(side)
deadline = time.monotonic() + 20
while time.monotonic() < deadline:
    endpoint.libHandleEvents(20)
    if min(path.stat().st_size for path in folder.iterdir()) > 20000:
        print("recording", flush=True)
        signal.pause()
"""


def test_finish_when_pjsua_was_killed_then_both_sides_are_saved_and_aligned(tmp_path: Path) -> None:
    spool, recordings = tmp_path / "spool", tmp_path / "recordings"
    spool.mkdir()
    with subprocess.Popen([sys.executable, "-c", RECORDER, str(spool)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert any(line == "recording\n" for line in process.stdout)
        os.kill(process.pid, signal.SIGKILL)
    sources = recording_sources(
        RecordingId("tape"),
        customer=str(spool / "tape.customer.wav"),
        agent=str(spool / "tape.agent.wav"),
        rate_hz=8000,
        started=Stamp(boot="a", mono_s=0.0, wall_s=0.0, synced=False),
    )
    sides = [inspect_wav(path, rate_hz=16000) for path in (sources.customer, sources.agent)]
    assert [(side.rate_hz, side.offset) for side in sides] == [(8000, 44), (8000, 44)]
    assert min(side.samples for side in sides) > 9000
    done = finish_recording(sources, recordings)
    facts = check_recording(recordings / done.path, sha256=done.sha256)
    assert facts.valid and facts.customer_heard and facts.agent_heard
    assert done.path == "1970/01/01/tape.flac"
    stereo = array("h", b"".join(decode_flac(recordings / done.path)))
    starts = [next(n for n, sample in enumerate(stereo[side::2]) if abs(sample) > 1000) for side in (0, 1)]
    assert abs(starts[0] - starts[1]) <= 160  # 20 ms
