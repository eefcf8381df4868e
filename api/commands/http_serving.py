"""What an HTTP process does with its order: open the installation, serve it, say so (ADR 0103)."""

import gc
import os
import socket
from collections.abc import Callable
from contextlib import suppress

from api.commands.http_process import READY, Order
from api.commands.serving import serving
from api.wiring.installation import open_installation
from api.wiring.logging import configure_logging

# A request makes hundreds of objects that live for its time: the collector's default of 700 would run twice in each.
_COLLECT = (10_000, 20, 20)


def serve(order: Order, *, until: Callable[[], object]) -> None:
    """Serve on the socket that was handed over until `until` returns."""
    configure_logging(order.settings.log_level)
    installation = open_installation(order.settings, chain_door=order.chain_door)
    try:
        with socket.socket(fileno=order.listener) as listener, serving(installation, listener, order.processor):
            _spare_what_stays()
            with suppress(BrokenPipeError):  # whoever waited was killed meanwhile: `until` ends at once
                os.write(order.ready, READY)
            os.close(order.ready)
            until()
    finally:
        installation.close()


def _spare_what_stays() -> None:
    """Let the collector look at what requests make, and not again and again at the modules and routes that stay for good."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_COLLECT)
