"""A webhook leads outside, never into the console's own network, in whatever disguise."""

from __future__ import annotations

import ipaddress

import pytest

from appliance.console.people.errors import PersonError
from appliance.console.webhooks.addresses import checked, networks_of, reachable

INSIDE = [
    "127.0.0.1", "127.9.9.9", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
    "224.0.0.1", "255.255.255.255", "240.0.0.1", "192.0.2.1", "::1", "::", "fe80::1", "fc00::1", "ff02::1",
    "::ffff:127.0.0.1", "::ffff:169.254.169.254", "2002:7f00:1::", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe",
    "2001:0:4136:e378:8000:63bf:80ff:fffe",
]  # fmt: skip


@pytest.mark.parametrize("address", INSIDE)
def test_address_when_inside_then_not_reachable(address: str) -> None:
    assert not reachable(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "64:ff9b::808:808"])
def test_address_when_public_then_reachable(address: str) -> None:
    assert reachable(ipaddress.ip_address(address))


def test_address_when_its_network_was_opened_then_reachable_and_by_http() -> None:
    opened = networks_of(["10.0.0.0/8"])
    assert reachable(ipaddress.ip_address("10.1.2.3"), allowed=opened)
    assert not reachable(ipaddress.ip_address("192.168.1.1"), allowed=opened)
    assert checked("http://10.1.2.3:8080/hook", allowed=opened)


@pytest.mark.parametrize("address", ["https://example.org/hook", "https://example.org:8443/a?b=c", "https://8.8.8.8/"])
def test_webhook_address_when_fit_then_taken(address: str) -> None:
    assert checked(address) == address


@pytest.mark.parametrize(
    "address",
    ["", "example.org", "ftp://example.org/", "http://example.org/", "https://", "https:///path", "file:///etc/passwd",
     "https://user@example.org/", "https://user:secret@example.org/", "https://example.org/#part",
     "https://example.org:99999/", "https://[::1/", "https://exa mple.org/", "https://example.org/\r\nX: y",
     "https://한국.example/", "https://127.0.0.1/", "https://[::1]/", "https://[::ffff:10.0.0.1]/",
     "https://169.254.169.254/latest/meta-data", "http://8.8.8.8/", "https://example.org/" + "x" * 500],
)  # fmt: skip
def test_webhook_address_when_unfit_then_refused(address: str) -> None:
    with pytest.raises(PersonError):
        checked(address)


def test_network_when_mistyped_then_said() -> None:
    with pytest.raises(PersonError, match="no network"):
        networks_of(["10.0.0.0/99"])
