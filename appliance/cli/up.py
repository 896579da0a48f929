"""`linekeeper up`: a box in the foreground, from one TOML file, until Ctrl-C."""

from __future__ import annotations

from pathlib import Path

import click

from appliance import logs
from appliance.cli.box import Box
from appliance.cli.exit_codes import DESCRIPTION
from appliance.cli.foreground import Orders, become, say
from appliance.cli.options import config_option, json_option
from appliance.config.address import edge_address

HELP = """Run a whole box in the foreground: switchboard, edge (Kamailio) and contact processes.

Everything comes from one TOML file; 'linekeeper config example' prints one with every key explained. Its tables:

\b
  [box]        name, region (country of local numbers), language,
               data_dir (kept), run_dir (sockets, rendered files)
  [edge]       address, port and transports for phones and trunks,
               internal_port, domain, flood limits
  [contacts]   capacity (contacts at a time), sip_port, rtp_port
  [recording]  internal, outbound, reserve_mb
  [[trunks]]   SIP providers: static (by address) or registered
  [[numbers]]  inbound numbers and the flow each one starts

A broken file is reported whole, every problem at once; a box that has run before goes on with the last good file,
which is kept in data_dir. Ctrl-C or SIGTERM stops everything in reverse order. A process that dies is started again.

\b
Example: linekeeper up --config branch.toml
"""


@click.command("up", help=HELP, epilog=DESCRIPTION)
@config_option
@json_option
def command(config_file: Path, as_json: bool) -> None:
    logs.set_up("linekeeper-up", level="warning")
    box = Box(config_file)
    say(
        f"starting the box of {box.file}" + (" (last good copy)" if box.loaded.is_last_good else ""),
        as_json=as_json,
    )
    box.prepare()
    reached = f"sip:{edge_address(box.configuration)}:{box.configuration.edge.port}"
    ready = f"ready: phones reach the box at {reached}; Ctrl-C stops it"
    socket = str(box.paths.restart_socket)
    become(Orders(services=box.services(), restart_socket=socket, ready=ready, as_json=as_json), box.paths.run)
