"""The tus client's machine against a small tus server in memory: whatever the link does, the file arrives whole."""

from __future__ import annotations

import hashlib
import os

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.cloud import tus
from appliance.cloud.recordings import UploadDone
from appliance.sync.recordings.upload import (
    FIRST_CHUNK,
    LEAST_CHUNK,
    MOST_CHUNK,
    MOST_FRESH_STARTS,
    Request,
    Response,
    Step,
    Upload,
    UploadRefusedError,
)

PATH = "/up"
DATA = os.urandom(300_000)


class Server:
    """One upload; `have` is what arrived."""

    def __init__(self, data: bytes = DATA) -> None:
        self.data = data
        self.have = b""
        self.made = 0

    def answer(self, request: Request) -> Response:
        assert request.headers[tus.RESUMABLE] == "1.0.0"
        match request.method:
            case "POST":
                assert request.path == PATH
                self.made += 1
                return Response(status=201, headers={"location": f"{PATH}/1"})
            case "HEAD":
                return self._with_offset(200)
            case "PATCH":
                if int(request.headers[tus.OFFSET]) != len(self.have):
                    return Response(status=409)
                self.have += self.data[request.start : request.start + request.size]
                return self._with_offset(204)
            case _:
                return Response(status=200, body=msgspec.json.encode(self.done()))

    def done(self) -> UploadDone:
        sha256 = hashlib.sha256(self.have).hexdigest()
        return UploadDone(recording="r", sha256=sha256, bytes=len(self.have))

    def _with_offset(self, status: int) -> Response:
        return Response(status=status, headers={tus.OFFSET.lower(): str(len(self.have))})


def upload(data: bytes = DATA) -> Upload:
    return Upload(recording="r", length=len(data), path=PATH)


FAULTS = st.lists(
    st.sampled_from(["well", "request lost", "answer lost", "twice", "503", "460", "429", "new process"]), max_size=40
)


@given(faults=FAULTS)
def test_upload_when_the_link_does_what_it_wants_then_the_file_is_whole(faults: list[str]) -> None:
    server, one = Server(), upload()
    for fault in [*faults, *["well"] * 60]:
        if one.done is not None:
            break
        if fault == "new process":
            one = upload()
            continue
        request = one.next_request()
        if fault in ("503", "460", "429"):
            status = int(fault) if fault != "460" or request.method == "PATCH" else 503
            one.handle(Response(status=status), took_s=0.1)
            continue
        if fault != "request lost":
            answer = server.answer(request)
        if fault == "twice":
            answer = server.answer(request)
        if fault in ("request lost", "answer lost"):
            one.lost()
        else:
            one.handle(answer, took_s=0.1)
    assert server.have == DATA
    assert one.done is not None
    assert one.done.sha256 == hashlib.sha256(DATA).hexdigest()


def test_upload_when_the_link_is_slow_or_quick_then_chunks_follow() -> None:
    server, one = Server(os.urandom(9_000_000)), Upload(recording="r", length=9_000_000, path=PATH)
    sizes: list[int] = []
    for took_s in (0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 40.0, 40.0, 40.0, 40.0):
        request = one.next_request()
        sizes.append(request.size)
        one.handle(server.answer(request), took_s=took_s)
    chunks = [size for size in sizes if size]
    assert chunks[0] == FIRST_CHUNK
    assert max(chunks) <= MOST_CHUNK
    assert chunks[-1] < chunks[-3]
    for _ in range(12):
        one.lost()
        one.handle(server.answer(one.next_request()), took_s=0.1)
    assert one.next_request().size == LEAST_CHUNK


def test_upload_when_the_console_has_thrown_it_away_then_it_begins_anew_a_few_times() -> None:
    server, one = Server(), upload()
    for request_status in (None, None, 404, None, None, 410):
        request = one.next_request()
        answer = server.answer(request)
        if request_status:
            server.have = b""
            answer = Response(status=request_status)
        one.handle(answer, took_s=0.1)
    assert (one.step, one.offset) == (Step.CREATING, 0)
    with pytest.raises(UploadRefusedError, match="thrown away"):
        for _ in range(2 * MOST_FRESH_STARTS):
            request = one.next_request()
            one.handle(server.answer(request) if request.method == "POST" else Response(status=404), took_s=0.1)


def test_upload_when_the_facts_are_not_there_yet_then_later() -> None:
    with pytest.raises(UploadRefusedError) as raised:
        upload().handle(Response(status=409), took_s=0.1)
    assert raised.value.later
    with pytest.raises(UploadRefusedError) as raised:
        upload().handle(Response(status=403, body=b"not signed"), took_s=0.1)
    assert not raised.value.later
    assert "not signed" in str(raised.value)


@pytest.mark.parametrize("location", ["", "/elsewhere/1", "https://evil.example/up/1", "/upward/1", PATH])
def test_upload_when_the_console_points_elsewhere_then_it_is_not_followed(location: str) -> None:
    with pytest.raises(UploadRefusedError):
        upload().handle(Response(status=201, headers={"location": location}), took_s=0.1)


@pytest.mark.parametrize("offset", ["", "x", "-1", str(len(DATA) + 1)])
def test_upload_when_the_offset_makes_no_sense_then_it_is_refused(offset: str) -> None:
    server, one = Server(), upload()
    one.handle(server.answer(one.next_request()), took_s=0.1)
    with pytest.raises(UploadRefusedError):
        one.handle(Response(status=200, headers={tus.OFFSET.lower(): offset}), took_s=0.1)


@pytest.mark.parametrize(("said", "waits_s"), [("7", 7.0), ("", 5.0), ("Sun, 22 Nov", 5.0), ("99999", 300.0)])
def test_upload_when_asked_to_wait_then_it_does(said: str, waits_s: float) -> None:
    one = upload()
    one.handle(Response(status=503, headers={"retry-after": said}), took_s=0.1)
    assert one.wait_s == waits_s
