"""One HTTP process of `tally up`, beside the one that sequences, anchors and owns the embedded chain (ADR 0103).

Promises: it serves on the socket that it was handed, says so once, and ends when the process that started it does, however that
ended. Its order comes on standard input, so that no secret stands in a list of processes.
"""

import gc
import json
import os
import signal
import socket
import sys
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from api.commands.serving import serving
from api.settings import Settings
from api.wiring.installation import open_installation
from api.wiring.logging import configure_logging

READY = b"ready"
# A request makes hundreds of objects that live for its time: the collector's default of 700 would run twice in each.
_COLLECT = (10_000, 20, 20)


@dataclass(frozen=True, kw_only=True)
class Order:
    """What a process needs: settings, two inherited files, where the chain's owner answers ("": by URL), a processor to keep to."""

    settings: Settings
    listener: int
    ready: int
    chain_door: str
    processor: int | None = None

    def to_line(self) -> bytes:
        values = {name: _plain(value) for name, value in dict(self.settings).items()}
        return json.dumps({**dict(vars(self)), "settings": values}).encode() + b"\n"

    @classmethod
    def from_line(cls, line: bytes) -> "Order":
        order = json.loads(line)
        return cls(**{**order, "settings": Settings(**order["settings"])})


def _plain(value: object) -> object:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    return str(value) if isinstance(value, Path) else value


def _spare_what_stays() -> None:
    """Let the collector look at what requests make, and not again and again at the modules and routes that stay for good."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_COLLECT)


def main() -> None:
    """Serve until standard input ends."""
    for number in (signal.SIGINT, signal.SIGTERM):  # sent to a whole terminal or service: the process above decides
        signal.signal(number, signal.SIG_IGN)
    order = Order.from_line(sys.stdin.buffer.readline())
    configure_logging(order.settings.log_level)
    installation = open_installation(order.settings, chain_door=order.chain_door)
    try:
        with socket.socket(fileno=order.listener) as listener, serving(installation, listener, order.processor):
            _spare_what_stays()
            os.write(order.ready, READY)
            os.close(order.ready)
            sys.stdin.buffer.read()
    finally:
        installation.close()


if __name__ == "__main__":
    main()
