"""`[[functions]]`: every problem at once, and what is rendered for the service and the dial plan."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

from appliance.config.function_files import function_problems
from appliance.config.functions import function_names, render_functions
from appliance.config.load import parse
from appliance.config.schema import Configuration
from appliance.contact.functions.definitions import (
    AnyFunction,
    CommandFunction,
    HttpFunction,
    TableFunction,
    read_definitions,
)
from appliance.errors import ConfigError

ARN = "arn:aws:lambda:us-east-1:123456789012:function:crm"
GOOD = f"""
[[functions]]
name = "crm"
kind = "http"
arns = ["{ARN}", "crmLookup"]
url = "https://crm.example/lookup?v=1"
headers = {{ X-Branch = "42" }}
headers_file = "crm.headers"
ca_file = "ca.pem"
time_limit_s = 4
tries = 1
cache_max_age_s = 86400
[[functions]]
name = "holiday"
kind = "command"
command = ["{sys.executable}", "-x"]
environment = {{ TZ = "Asia/Seoul" }}
cache_for = "everyone"
[[functions]]
name = "vip"
kind = "table"
file = "vip.csv"
column = "phone"
parameter = "phone"
delimiter = ";"
columns = ["tier"]
default = {{ tier = "" }}
"""
BROKEN = """
[[functions]]
name = "a"
kind = "http"
column = "x"
[[functions]]
name = "a"
kind = "http"
arns = ["b", "c", "c"]
url = "crm.example"
[[functions]]
name = "b"
kind = "comand"
[[functions]]
name = "d"
kind = "command"
url = "https://x.example"
arns = ["c", ""]
time_limit_s = 100
[[functions]]
name = "e"
kind = "command"
command = ["lookup"]
environment = ["A=b"]
[[functions]]
name = "f"
kind = "command"
command = ["/no/such/program", "--password=s3cret"]
tries = 4
[[functions]]
name = "g"
kind = "command"
command = ["lookup"]
[[functions]]
name = "h"
kind = "http"
url = "http://10.0.0.7/"
headers_file = "bad.headers"
ca_file = "gone.pem"
[[functions]]
name = "i"
kind = "http"
url = "https://user:s3cret@crm.example/"
headers = { "A B" = "c" }
headers_file = "gone.headers"
[[functions]]
name = "j"
kind = "table"
file = "gone.csv"
delimiter = ";;"
[[functions]]
name = "k"
kind = "table"
file = "gone.csv"
parameter = "p"
column = "c"
[[functions]]
name = "l"
kind = "http"
url = "https://x.example:port/"
headers_file = "empty.headers"
"""
EXPECTED = {
    "functions[0].url: is missing for a http function; add url = …",
    "functions[0].column: is for functions of kind table, this one is http; remove it, or change kind",
    'functions[1].name = "a": already leads to functions[0]; give each function names and ARNs of its own',
    "functions[1].url: is no address of an endpoint; write it whole, such as https://crm.example/lookup",
    'functions[2].name = "b": already leads to functions[1]; give each function names and ARNs of its own',
    'functions[2].kind = "comand": is not among the choices; did you mean "command"?',
    'functions[3].arns = "c": already leads to functions[1]; give each function names and ARNs of its own',
    'functions[3].arns[1] = "": is empty; write at least one character',
    "functions[3].time_limit_s = 100: is too large; use 60.0 or less",
    "functions[4].environment = ['A=b']: is no table; write { name = \"text\", … }",
    "functions[5].tries = 4: is too large; use 3 or less",
    'functions[6].command[0] = "lookup": is no whole path; write the program\'s whole path, such as '
    "/usr/local/bin/lookup",
    "functions[7].url: would send headers_file without encryption; use https, or an endpoint on this box",
    "functions[8].url: holds a password; send it as Authorization header from headers_file",
    "functions[8].headers: hold what is no header; write names and values in printable ASCII",
    'functions[9].delimiter = ";;": does not have the right form; it must match ^[^\\r\\n\\"]$',
    "functions[11].url: is no address of an endpoint; write it whole, such as https://crm.example/lookup",
}


FILES = """
[[functions]]
name = "a"
kind = "http"
url = "https://crm.example"
headers_file = "bad.headers"
ca_file = "gone.pem"
[[functions]]
name = "b"
kind = "http"
url = "https://crm.example"
headers_file = "gone.headers"
[[functions]]
name = "c"
kind = "http"
url = "https://crm.example"
headers_file = "empty.headers"
[[functions]]
name = "d"
kind = "table"
file = "gone.csv"
column = "c"
parameter = "p"
[[functions]]
name = "e"
kind = "command"
command = ["/etc/passwd"]
"""
MISSING = [
    "function a can't work: headers_file FOLDER/bad.headers can't be used: line 2 is no header; write Name: value in "
    "printable ASCII; write lines Name: value into it, mode 0640",
    "function a can't work: FOLDER/gone.pem can't be read; put it there, readable by the service",
    "function b can't work: headers_file FOLDER/gone.headers can't be read (No such file or directory); "
    "write lines Name: value into it, mode 0640",
    "function c can't work: headers_file FOLDER/empty.headers holds no header; "
    "write lines Name: value into it, mode 0640",
    "function d can't work: FOLDER/gone.csv can't be read; put it there, readable by the service",
    "function e can't work: /etc/passwd is no program that may be run; install it, or make it executable",
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "crm.headers").write_text("Authorization: Bearer s3cret\n")
    (tmp_path / "bad.headers").write_text("A: b\ns3cret\n")
    (tmp_path / "empty.headers").write_text("# nothing\n")
    (tmp_path / "ca.pem").write_text("")
    (tmp_path / "vip.csv").write_text("phone;tier\n")
    return tmp_path


def read(text: str, folder: Path) -> Configuration:
    return parse(text, source="test", folder=folder)


def problems(text: str, folder: Path) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        read(text, folder)
    return list(caught.value.problems)


def rendered(configuration: Configuration, folder: Path) -> tuple[AnyFunction, ...]:
    (folder / "functions.json").write_bytes(render_functions(configuration))
    return read_definitions(folder / "functions.json")


def test_functions_when_good_then_the_service_gets_them_with_whole_paths(folder: Path) -> None:
    assert rendered(read(GOOD, folder), folder) == (
        HttpFunction(
            name="crm",
            url="https://crm.example/lookup?v=1",
            headers={"X-Branch": "42"},
            headers_file=str(folder / "crm.headers"),
            ca_file=str(folder / "ca.pem"),
            time_limit_s=4.0,
            tries=1,
            cache_max_age_s=86400.0,
        ),
        CommandFunction(
            name="holiday", argv=(sys.executable, "-x"), environment={"TZ": "Asia/Seoul"}, cache_for="everyone"
        ),
        TableFunction(
            name="vip",
            file=str(folder / "vip.csv"),
            column="phone",
            parameter="phone",
            delimiter=";",
            columns=("tier",),
            default={"tier": ""},
        ),
    )


def test_functions_when_good_then_flows_reach_them_by_name_and_arn(folder: Path) -> None:
    names = function_names(read(GOOD, folder))
    assert names == {ARN: "crm", "crmLookup": "crm", "crm": "crm", "holiday": "holiday", "vip": "vip"}


def test_functions_when_rendered_then_no_secret_is_in_it(folder: Path) -> None:
    configuration = read(GOOD, folder)
    assert b"s3cret" not in render_functions(configuration)
    assert "s3cret" not in str(msgspec.json.encode(configuration.model_dump(mode="json")))


def test_functions_when_everything_is_wrong_then_every_problem_is_told_at_once(folder: Path) -> None:
    found = problems(BROKEN, folder)
    assert set(found) == EXPECTED
    assert len(found) == len(EXPECTED)
    assert not any("s3cret" in problem for problem in found)


def test_files_when_missing_then_the_configuration_is_good_and_people_are_told(folder: Path) -> None:
    found = function_problems(read(FILES, folder))
    assert [problem.replace(str(folder), "FOLDER") for problem in found] == MISSING
    assert function_problems(read(GOOD, folder)) == []


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8080/x", "http://localhost/", "http://[::1]:80/", "https://crm.example"]
)
def test_url_when_encrypted_or_on_the_box_then_secrets_may_go_there(folder: Path, url: str) -> None:
    text = f'[[functions]]\nname = "a"\nkind = "http"\nurl = "{url}"\nheaders_file = "crm.headers"'
    assert read(text, folder).functions[0].url == url


@pytest.mark.parametrize(
    "url", ["", "x", "ftp://x.example/", "https://", "http://[::1/", "https://x.example:0/", "//x.example"]
)
def test_url_when_no_address_then_problem(folder: Path, url: str) -> None:
    (problem,) = problems(f'[[functions]]\nname = "a"\nkind = "http"\nurl = "{url}"', folder)
    assert problem.startswith("functions[0].url")


def test_functions_when_none_then_none_are_published(folder: Path) -> None:
    configuration: Any = read("", folder)
    assert (rendered(configuration, folder), function_names(configuration)) == ((), {})
