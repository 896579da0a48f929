"""The command line's way to the switchboard: its Unix socket, or in-process while the box is not running.

Must not know what an operation does.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from appliance.config.contact_settings import box_paths
from appliance.config.lastgood import LastGood
from appliance.config.schema import Configuration
from appliance.switchboard.calling import NotRunningError, call_socket

LIVE_OPERATIONS = frozenset(  # need a running box
    {
        "status",
        "agent.status",
        "agent.login",
        "agent.logout",
        "agent.extend",
        "agent.pin",
        "agent.clear",
        "contact.disposition",
        "contact.note",
        "contact.command",
        "contact.park",
        "contact.dial",
        "contact.monitor",
        "contact.mode",
        "contact.take_over",
        "callback.add",
        "callback.cancel",
        "campaign.answer",
        "config.reload",
        "live.look",
        "live.measure",
        "metrics.now",
        "storage.show",
        "wallboard",
    }
)


class Switchboard:
    """The switchboard of the box that a configuration file describes."""

    def __init__(self, config_file: Path) -> None:
        """Raises ConfigError."""
        self._configuration: Configuration = LastGood(config_file, keep=False).load().configuration
        self.paths = box_paths(self._configuration)
        self._socket = self.paths.api_socket

    def call(self, op: str, **args: object) -> Any:
        """The result of operation `op`; arguments that are None are left out.

        Raises RequestError (refused, with the switchboard's kind) or NotRunningError.
        """
        given = {name: value for name, value in args.items() if value is not None}
        try:
            return call_socket(self._socket, op, given)
        except (FileNotFoundError, ConnectionRefusedError):
            pass
        if op in LIVE_OPERATIONS:
            raise NotRunningError(
                f"no box answers at {self._socket}; "
                "start it with 'systemctl start linekeeper.target' or 'linekeeper up'"
            )
        return call_offline(self._configuration, op, given)


def call_offline(configuration: Configuration, op: str, args: Mapping[str, object]) -> Any:
    """Do what the switchboard would do, on its store, in this process."""
    from appliance.switchboard.api import offline

    become_owner(configuration.box.data_dir)
    return offline.call(configuration, op, dict(args))


def become_owner(data_dir: Path) -> None:
    """As root, act as the account that owns `data_dir`: a file of root's there would lock the services out."""
    if os.geteuid() != 0 or not data_dir.is_dir():
        return
    owner = data_dir.stat()
    if owner.st_uid != 0:
        os.setgroups([owner.st_gid])
        os.setegid(owner.st_gid)
        os.seteuid(owner.st_uid)
        os.umask(0o007)
