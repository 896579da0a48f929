"""The local API's administrative operations while no switchboard runs, in the caller's process.

Takes the store's writer lock, so it can't happen beside a running switchboard. The dial plan is published as well.
"""

from __future__ import annotations

from typing import Any

from appliance import clock
from appliance.config.contact_settings import box_paths
from appliance.config.schema import Configuration
from appliance.errors import RequestError
from appliance.store.store import Store
from appliance.switchboard.api.administration import administration
from appliance.switchboard.api.changes import install_default_flows
from appliance.switchboard.publication.composing import compose
from appliance.switchboard.publication.publish import publish


def call(configuration: Configuration, op: str, args: dict[str, Any]) -> Any:
    """The result of `op` as plain JSON types.

    Raises what the running switchboard would answer, RequestError (`disk`) where the box's folders can't be written,
    or StoreLockedError where a switchboard has started meanwhile.
    """
    paths = box_paths(configuration)
    try:
        paths.make()
        with Store.open(paths.store) as store:
            install_default_flows(store, clock.now, configuration.box.language)
            change = administration(configuration, paths, clock.now).perform(store, op, args)
            if change.published:
                publish(compose(store, configuration), paths)
    except OSError as error:
        remedy = "run as a user who may, or change box.data_dir and box.run_dir"
        raise RequestError(f"{error.filename} can't be written: {error.strerror}; {remedy}", kind="disk") from error
    return change.result
