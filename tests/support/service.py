"""A real `tally up` in a process of its own, on a data folder and a loopback port of its own, with one contract on record.

Promises: it answered /readyz before a test sees it, and is gone afterwards. Leaves to others: what is asked of it.
"""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2

REPOSITORY = Path(__file__).resolve().parents[2]
START_SECONDS = 60
DEMO_SECONDS = 120
_QUICK = {
    "TALLY_BLACKLIST_SECONDS": "0",
    "TALLY_ANCHOR_SOON_SECONDS": "0",
    "TALLY_ANCHOR_SECONDS": "1",
    "TALLY_SEAL_ANCHOR_SECONDS": "0",
}
_TALLY = (sys.executable, "-c", "from api.cli import main; main()")


@dataclass(frozen=True)
class Service:
    """A running service, and the files that a party of its one loan contract holds."""

    url: str
    data: Path

    @property
    def contract(self) -> Path:
        return self.data / "demo" / "contract.pdf"

    @property
    def evidence(self) -> Path:
        return self.data / "demo" / "contract.evidence.json"

    @property
    def trust(self) -> Path:
        return self.data / "demo" / "trust.json"


@contextmanager
def running_service(data: Path) -> Iterator[Service]:
    """Start `tally up`, record one signed and anchored contract with `tally demo`, and stop the service at the end."""
    environment = {**os.environ, "TALLY_DATA": str(data), "TALLY_PORT": "0", **_QUICK}  # noqa: TID251  # a child needs its PATH
    with (data.parent / "service.log").open("wb") as log:
        process = subprocess.Popen([*_TALLY, "up"], cwd=REPOSITORY, env=environment, stdout=log, stderr=log)
        try:
            url = _wait_until_ready(process, data, Path(log.name))
            demo = subprocess.run(
                [*_TALLY, "demo"],
                cwd=REPOSITORY,
                env=environment,
                capture_output=True,
                text=True,
                timeout=DEMO_SECONDS,
                check=False,
            )
            assert demo.returncode == 0, demo.stdout + demo.stderr
            yield Service(url, data)
        finally:
            process.terminate()
            process.wait(START_SECONDS)


def _wait_until_ready(process: subprocess.Popen[bytes], data: Path, log: Path) -> str:
    pause = threading.Event()
    for _ in range(START_SECONDS * 10):
        if process.poll() is not None:
            break
        url = _announced(data)
        if url is not None and _is_ready(url):
            return url
        pause.wait(0.1)
    raise AssertionError(
        f"`tally up` was not ready within {START_SECONDS} s; it said:\n{log.read_text(errors='replace')}"
    )


def _announced(data: Path) -> str | None:
    try:
        return str(json.loads((data / "service.json").read_text())["url"])
    except (OSError, ValueError):
        return None


def _is_ready(url: str) -> bool:
    try:
        return httpx2.get(f"{url}/readyz", timeout=5).status_code == httpx2.codes.OK
    except httpx2.HTTPError:
        return False
