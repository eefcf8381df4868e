"""One HTTP process of `tally up`, beside the one that sequences, anchors and owns the embedded chain (ADR 0103).

Promises: it serves on the socket that it was handed, says so once, and ends when the process that started it does, however that
ended. It loads what it needs at once, and its order, which says with what to serve, may come later. That comes on standard input, so that no secret
stands in a list of processes. Leaves serving to `http_serving`; this module itself loads quickly, for whoever starts such a process.
"""

import json
import signal
import sys
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from api.settings import Settings

READY = b"ready"


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


def main() -> None:
    """Serve, once the order has come, until standard input ends; end at once when it ends before."""
    for number in (signal.SIGINT, signal.SIGTERM):  # sent to a whole terminal or service: the process above decides
        signal.signal(number, signal.SIG_IGN)
    from api.commands.http_serving import serve  # noqa: PLC0415  # while the process above opens what is served

    if line := sys.stdin.buffer.readline():
        serve(Order.from_line(line), until=sys.stdin.buffer.read)


if __name__ == "__main__":
    main()
