"""A box's folders and ports with switchboard processes on them, started and killed as often as wanted."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from kit.api import Api
from kit.ports import reserve_ports
from kit.processes import Program, wait_until

from appliance.config.paths import BoxPaths


class Place:
    """A box's folders, and a switchboard process on them."""

    def __init__(self, folder: Path) -> None:
        self.run = Path(tempfile.mkdtemp(prefix="lk-"))
        self.paths = BoxPaths(data=folder / "data", run=self.run)
        self.ports = reserve_ports(4)
        self.config = folder / "linekeeper.toml"
        self.config.write_text(
            f'[box]\ndata_dir = "{self.paths.data}"\nrun_dir = "{self.run}"\n'
            f"[contacts]\nsip_port = {self.ports.first}\nrtp_port = 40000\ncapacity = 4\n"
        )
        self.log = folder / "log"
        self.api = Api(self.paths.api_socket)
        self.programs: list[Program] = []

    def start(self, **env: str) -> Program:
        argv = [sys.executable, "-m", "appliance.switchboard", "--config", str(self.config)]
        program = Program(argv, log=self.log, env=env)
        self.programs.append(program)
        return program

    def serves(self, program: Program) -> None:
        """Until `program` answers."""

        def answers() -> bool:
            assert program.running, program.tail()
            try:
                return bool(self.api.call("status"))
            except OSError:
                return False

        wait_until(answers, timeout_s=15, what="the switchboard serves")

    def close(self) -> None:
        """Stop everything and give the ports back."""
        for program in self.programs:
            program.stop()
        self.ports.release()
        shutil.rmtree(self.run)
