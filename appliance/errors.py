"""The roots of every error the appliance raises on purpose.

ApplianceError                one line for a person: fault, value, remedy
├── ConfigError               `config`: a configuration that can't be used (carries every problem found)
├── FlowError                 `flow`: a document that is no usable flow (carries every problem found)
├── EdgeError                 `edge`: Kamailio missing, refusing its configuration, or not answering
├── ContactError              `contact`: a leg, a prompt or a recording that can't be done
├── StoreError                `store`: the database can't be opened, migrated or written
├── RecordError               `records`: a recording or record that can't be finished
├── CloudError                `cloud`: something between box and console that can't be used
├── SyncError                 `sync`: the box's side of the cloud link can't go on
├── ConsoleError              `console`: the cloud side refuses or can't go on
├── DevicesError              `devices`: a headset or line that can't be served as a SIP endpoint
└── RequestError              `switchboard`: a request from a person or program that can't be carried out

Each area subclasses its own base; nobody outside an area raises that area's errors.
"""

from __future__ import annotations

from collections.abc import Sequence


class ApplianceError(Exception):
    """Something a person can act on. `str(error)` says fault, value and remedy in one line."""


class ProblemsError(ApplianceError):
    """Several faults found in one document; `problems` holds one line each, in document order."""

    def __init__(self, summary: str, problems: Sequence[str]) -> None:
        super().__init__(summary if not problems else f"{summary}: " + "; ".join(problems))
        self.summary = summary
        self.problems = tuple(problems)


class ConfigError(ProblemsError):
    """A configuration file that can't be used."""


class FlowError(ProblemsError):
    """A document that is no usable flow."""


class EdgeError(ApplianceError):
    """Kamailio is missing, refuses its configuration or does not answer."""


class ContactError(ApplianceError):
    """A leg, a prompt or a recording that can't be done."""


class StoreError(ApplianceError):
    """The database can't be opened, migrated or written."""


class RecordError(ApplianceError):
    """A recording or a contact record that can't be finished."""


class CloudError(ApplianceError):
    """Something between box and console that can't be used."""


class SyncError(ApplianceError):
    """The box's side of the cloud link can't go on."""


class ConsoleError(ApplianceError):
    """The cloud side refuses, or can't go on."""


class DevicesError(ApplianceError):
    """A device's service can't start, or can't do what it is asked."""


class RequestError(ApplianceError):
    """A request that can't be carried out; `kind` is a stable key for programs.

    `sentence`: what a caller is told by voice who asked by telephone, "" where nobody has put it into words.
    """

    def __init__(self, message: str, *, kind: str = "invalid", sentence: str = "") -> None:
        super().__init__(message)
        self.kind = kind
        self.sentence = sentence
