"""Where everything of a box lies: one place that knows the names of files and sockets."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class BoxPaths:
    """`data` survives a reboot, `run` does not (a tmpfs on a real box)."""

    data: Path
    run: Path

    @property
    def store(self) -> Path:
        """SQLite, written by the switchboard only."""
        return self.data / "store.db"

    @property
    def sync_db(self) -> Path:
        """SQLite, the sync service's: what is on its way to the console."""
        return self.data / "sync.db"

    @property
    def enrolled(self) -> Path:
        """There while the box belongs to a console (`appliance.sync.identity`)."""
        return self.data / "identity" / "console.json"

    @property
    def sync_socket(self) -> Path:
        """Commands → sync service."""
        return self.run / "sync.sock"

    @property
    def restart_socket(self) -> Path:
        """Sync service → who may restart the box's services: systemd's unit of root's, or `linekeeper up`."""
        return self.run / "restart.sock"

    @property
    def edge_db(self) -> Path:
        """SQLite, Kamailio's: subscribers, locations, dispatcher targets, trunk registrations."""
        return self.data / "edge.db"

    @property
    def spool(self) -> Path:
        """One folder per contact under way: `<contact>/journal.jsonl` and the growing WAV files."""
        return self.data / "spool"

    @property
    def recordings(self) -> Path:
        """Finished recordings: `<year>/<month>/<day>/<recording>.flac`."""
        return self.data / "recordings"

    @property
    def sealed(self) -> Path:
        """Recordings that only the organisation can open: `<year>/<month>/<day>/<recording>.flac.age`."""
        return self.data / "sealed"

    @property
    def no_recording(self) -> Path:
        """There while the box must not record calls (storage budget); holds the reason. Contact processes look."""
        return self.published / "no_recording"

    @property
    def voicemail(self) -> Path:
        """Messages that somebody listens to just now, decoded; readable by the box's account only."""
        return self.run / "voicemail"

    @property
    def prompts(self) -> Path:
        """Audio files by PromptId (`<name>.wav`); `cache/` holds synthesised speech by content."""
        return self.data / "prompts"

    @property
    def incoming(self) -> Path:
        """Files from the console by their SHA-256: flow bundles, prompts."""
        return self.data / "incoming"

    @property
    def published(self) -> Path:
        """What contact processes read: `dialplan.json`, `flows/<sha256>.json`. Replaced by rename only."""
        return self.data / "published"

    @property
    def dial_plan(self) -> Path:
        return self.published / "dialplan.json"

    @property
    def directory(self) -> Path:
        """Callers' names (`appliance.dialplan.directory`)."""
        return self.published / "directory.tsv"

    @property
    def flows(self) -> Path:
        return self.published / "flows"

    @property
    def functions(self) -> Path:
        """Definitions of local functions (`appliance.contact.functions.definitions`)."""
        return self.published / "functions.json"

    @property
    def functions_cache(self) -> Path:
        """SQLite, the functions service's: last good answers."""
        return self.data / "functions.db"

    @property
    def functions_socket(self) -> Path:
        """Contact processes ↔ functions service (`appliance.contact.functions.messages`)."""
        return self.run / "functions.sock"

    @property
    def headset_uses(self) -> Path:
        """Who has used which headset (`appliance.devices.seat.hygiene`)."""
        return self.data / "devices" / "headsets.jsonl"

    @property
    def link_socket(self) -> Path:
        """Contact processes ↔ switchboard (`appliance.contact.protocol`)."""
        return self.run / "link.sock"

    @property
    def api_socket(self) -> Path:
        """Commands and programs → switchboard."""
        return self.run / "api.sock"

    @property
    def edge_config(self) -> Path:
        return self.run / "kamailio.cfg"

    @property
    def edge_rpc_socket(self) -> Path:
        return self.run / "kamailio_rpc.sock"

    @property
    def contact_settings(self) -> Path:
        return self.run / "contact.json"

    def make(self) -> None:
        """Create the folders, private to the service's user and group."""
        folders = (self.data, self.run, self.spool, self.recordings, self.sealed, self.prompts / "cache", self.flows)
        for folder in folders:
            folder.mkdir(parents=True, exist_ok=True)
