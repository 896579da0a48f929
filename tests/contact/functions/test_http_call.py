"""Endpoints good, slow, broken and hostile, over real sockets."""

from __future__ import annotations

import asyncio
import json
import zlib
from pathlib import Path
from typing import Any

import pytest
from contact.functions.endpoint import Exchange, certificate, hold, in_turn, json_answer, serving

from appliance.contact.functions.answers import MOST_RAW_BYTES
from appliance.contact.functions.asked import Asked
from appliance.contact.functions.definitions import HttpFunction
from appliance.contact.functions.faults import FunctionError
from appliance.contact.functions.http_call import HttpCaller

EVENT = {"Name": "ContactFlowEvent", "Details": {"Parameters": {"customer": "17"}}}
SECRET = "s3cret-token-8231"


def call(function: HttpFunction, *, left_s: float = 5.0, times: int = 1) -> Any:
    async def run() -> bytes:
        caller = HttpCaller(function)
        asked = Asked(event=EVENT, body=json.dumps(EVENT).encode(), key="k1", left_s=left_s)
        try:
            for _ in range(times):
                answer = await caller.call(asked)
        finally:
            await caller.close()
        return answer

    return asyncio.run(run())


def failure(url: str, *, left_s: float = 5.0, **more: Any) -> FunctionError:
    with pytest.raises(FunctionError) as caught:
        call(HttpFunction(name="f", url=url, **more), left_s=left_s)
    return caught.value


def test_call_when_endpoint_answers_then_it_got_the_event_and_we_its_body() -> None:
    with serving(json_answer({"a": "1"})) as endpoint:
        assert json.loads(call(HttpFunction(name="f", url=endpoint.url("/x?y=z")))) == {"a": "1"}
    (request,) = endpoint.requests
    assert (request.event, request.path) == (EVENT, "/x?y=z")
    assert request.headers["Content-Type"] == "application/json"
    assert request.headers["Idempotency-Key"] == '"k1"'
    assert "Cookie" not in request.headers


def test_call_when_headers_file_changes_then_the_next_call_sends_the_new_secret(tmp_path: Path) -> None:
    secrets = tmp_path / "headers"
    with serving(json_answer({})) as endpoint:
        function = HttpFunction(name="f", url=endpoint.url(), headers={"X-Box": "7"}, headers_file=str(secrets))
        for secret in ("one", SECRET):
            secrets.write_text(f"# crm\nAuthorization: Bearer {secret}\n")
            call(function)
    assert [request.headers["Authorization"] for request in endpoint.requests] == ["Bearer one", f"Bearer {SECRET}"]
    assert endpoint.requests[0].headers["X-Box"] == "7"


def test_call_when_headers_file_is_missing_then_nothing_is_asked(tmp_path: Path) -> None:
    with serving(json_answer({})) as endpoint:
        error = failure(endpoint.url(), headers_file=str(tmp_path / "gone"))
    assert (str(error), error.again) == ("headers_file can't be used: No such file or directory", False)
    assert endpoint.requests == []


@pytest.mark.parametrize(
    ("status", "again", "refused"),
    [
        (500, True, False),
        (503, True, False),
        (429, True, False),
        (408, True, False),
        (401, False, True),
        (404, False, True),
    ],
)
def test_call_when_status_says_no_then_it_is_known_whether_to_try_again(
    status: int, again: bool, refused: bool
) -> None:
    with serving(json_answer({}, status=status)) as endpoint:
        error = failure(endpoint.url())
    assert (str(error), error.again, error.refused) == (f"HTTP status {status}", again, refused)


def test_call_when_lambda_reports_an_error_of_the_function_then_failure() -> None:
    with serving(json_answer({"errorMessage": "x"}, headers={"X-Amz-Function-Error": "Unhandled"})) as endpoint:
        assert failure(endpoint.url()).again


def test_call_when_redirected_on_the_same_host_then_the_event_goes_there() -> None:
    moved = json_answer({}, status=308, headers={"Location": "/there"})
    with serving(in_turn(moved, json_answer({"a": "1"}))) as endpoint:
        assert json.loads(call(HttpFunction(name="f", url=endpoint.url("/here")))) == {"a": "1"}
    assert [(request.path, request.event) for request in endpoint.requests] == [("/here", EVENT), ("/there", EVENT)]


def test_call_when_redirected_to_another_host_then_the_secret_does_not_follow(tmp_path: Path) -> None:
    secrets = tmp_path / "headers"
    secrets.write_text(f"Authorization: {SECRET}\n")
    with serving(json_answer({"a": "1"})) as other:
        for target in (other.url(), f"//127.0.0.2:{other.port}/", "http://[bad/"):
            with serving(json_answer({}, status=307, headers={"Location": target})) as endpoint:
                error = failure(endpoint.url(), headers_file=str(secrets))
                assert not error.again
                assert SECRET not in str(error)
    assert other.requests == []


@pytest.mark.parametrize("status", [301, 302, 303, 304])
def test_call_when_redirected_to_a_get_then_failure(status: int) -> None:
    with serving(lambda exchange: exchange.answer(b"", status=status, headers={"Location": "/x"})) as endpoint:
        assert not failure(endpoint.url()).again
    assert len(endpoint.requests) == 1


def test_call_when_redirected_in_circles_then_it_ends() -> None:
    with serving(json_answer({}, status=307, headers={"Location": "/"})) as endpoint:
        assert "redirected more than" in str(failure(endpoint.url()))
    assert len(endpoint.requests) == 3


def test_call_when_endpoint_never_answers_then_failure_in_time() -> None:
    with serving(hold) as endpoint:
        error = failure(endpoint.url(), left_s=0.3)
    assert (str(error), error.again) == ("the endpoint did not answer in time", True)


def test_call_when_connection_is_dropped_then_failure_that_may_pass() -> None:
    with serving(Exchange.drop) as endpoint:
        assert failure(endpoint.url()).again


def test_call_when_nobody_listens_then_failure_that_may_pass_and_names_no_url() -> None:
    with serving(hold) as endpoint:
        url = endpoint.url("/?code=" + SECRET)
    error = failure(url)
    assert error.again
    assert SECRET not in str(error)
    assert "Connection refused" in str(error) or "Connect call failed" in str(error)


@pytest.mark.parametrize("announced", [True, False])
def test_call_when_answer_is_huge_then_it_is_not_read_whole(announced: bool) -> None:
    sent = 0

    def flood(exchange: Exchange) -> None:
        nonlocal sent
        exchange.handler.send_response(200)
        exchange.handler.send_header("Content-Length", str(10**9)) if announced else None
        exchange.handler.end_headers()
        exchange.handler.close_connection = True
        try:
            while sent < 64 * MOST_RAW_BYTES:
                sent += exchange.handler.wfile.write(b"x" * 65536) or 0
        except OSError:
            return

    with serving(flood) as endpoint:
        assert str(failure(endpoint.url())) == "the answer exceeds 32768 bytes"
    assert sent < 64 * MOST_RAW_BYTES


def test_call_when_answer_is_compressed_then_it_is_refused_unopened() -> None:
    bomb = zlib.compress(b" " * 10_000_000)
    with serving(lambda exchange: exchange.answer(bomb, headers={"Content-Encoding": "deflate"})) as endpoint:
        assert "compressed" in str(failure(endpoint.url()))


def test_call_when_header_lines_are_garbage_then_failure() -> None:
    def garble(exchange: Exchange) -> None:
        exchange.handler.wfile.write(b"\x00\xffnot http at all\r\n\r\n")
        exchange.drop()

    with serving(garble) as endpoint:
        assert failure(endpoint.url()).again


def test_call_when_certificate_is_not_trusted_then_the_event_is_not_sent(tmp_path: Path) -> None:
    pair = certificate(tmp_path)
    with serving(json_answer({}), tls=pair) as endpoint:
        error = failure(endpoint.url())
    assert (str(error), error.again) == ("the endpoint's certificate is not trusted", False)
    assert endpoint.requests == []


def test_call_when_certificate_is_of_the_given_authority_then_answer(tmp_path: Path) -> None:
    pair = certificate(tmp_path)
    with serving(json_answer({"a": "1"}), tls=pair) as endpoint:
        function = HttpFunction(name="f", url=endpoint.url(), ca_file=str(pair[0]))
        assert json.loads(call(function, times=3)) == {"a": "1"}
    assert len(endpoint.requests) == 3


def test_call_when_certificate_is_for_another_host_then_not_trusted(tmp_path: Path) -> None:
    pair = certificate(tmp_path, "DNS:other.example")
    with serving(json_answer({}), tls=pair) as endpoint:
        assert "not trusted" in str(failure(endpoint.url(), ca_file=str(pair[0])))
    assert endpoint.requests == []


def test_call_when_authority_file_is_missing_then_failure(tmp_path: Path) -> None:
    assert str(failure("https://127.0.0.1:1/", ca_file=str(tmp_path / "gone"))).startswith("ca_file can't be used")
