"""Port blocks are distinct, bindable and given back."""

from __future__ import annotations

import socket

import pytest
from kit.ports import PortsError, reserve_ports, reserved_ports


def test_reserve_ports_when_called_twice_then_blocks_do_not_overlap() -> None:
    with reserved_ports(120) as one, reserved_ports(120) as two:
        assert not set(range(one.first, one.first + one.count)) & set(range(two.first, two.first + two.count))


def test_take_even_when_odd_port_is_next_then_skips_it() -> None:
    with reserved_ports(10) as block:
        block.take()
        assert block.take_even() % 2 == 0


def test_take_when_block_is_used_up_then_says_so() -> None:
    with reserved_ports(2) as block:
        block.take(2)
        with pytest.raises(PortsError, match="used up"):
            block.take()


def test_reserve_ports_when_taken_then_both_protocols_can_bind() -> None:
    block = reserve_ports(1)
    port = block.take()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp, socket.socket() as tcp:
        udp.bind(("127.0.0.1", port))
        tcp.bind(("127.0.0.1", port))
    block.release()
    block.release()
