"""`tally up` in a process of its own, on a data folder of its own: what the measures of the service run against.

Promises: the process listens on loopback and is gone afterwards; only settings that a measure names differ from the defaults.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from benchmarks.measuring import ROOT

START_SECONDS = 120.0
INSTITUTION = "DEMO"


@dataclass(frozen=True)
class Service:
    """A running service: its address, its data, its process and how long it took to announce itself."""

    url: str
    data: Path
    process: "subprocess.Popen[bytes]"
    start_seconds: float

    @property
    def administrator_token(self) -> str:
        return (self.data / "keys" / INSTITUTION / "administrator.token").read_text(encoding="utf-8").strip()

    @property
    def rss_megabytes(self) -> float:
        """The resident memory of all its processes; what they share counts for each."""
        return sum(float(each.memory_info().rss) for each in self._processes) / 1e6

    @property
    def cpu_seconds(self) -> float:
        """What all its processes have used so far."""
        times = [each.cpu_times() for each in self._processes]
        return float(sum(each.user + each.system for each in times))

    @property
    def _processes(self) -> list[psutil.Process]:
        first = psutil.Process(self.process.pid)
        return [first, *first.children(recursive=True)]


def tally() -> list[str]:
    """Return the command `tally` of this interpreter's environment; from a source tree, the function behind it."""
    installed = shutil.which("tally", path=str(Path(sys.executable).parent))
    return [installed] if installed else [sys.executable, "-c", "from api.cli import main; main()"]


def environment(data: Path, **changes: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TALLY_")}  # noqa: TID251  # a child's environment
    return {
        **kept,
        "TALLY_DATA": str(data),
        "TALLY_PORT": "0",
        "TALLY_INSTITUTION_CODE": INSTITUTION,
        "TALLY_LOG_LEVEL": "warning",
        **changes,
    }


@contextmanager
def running(data: Path, arguments: Sequence[str] = ("up",), **changes: str) -> Iterator[Service]:
    """Start the service on `data`, with the settings that differ, yield it once it announced its address, and stop it."""
    started = time.perf_counter()
    with (data.parent / f"{data.name}.log").open("ab") as log:
        process = subprocess.Popen(
            [*tally(), *arguments], env=environment(data, **changes), cwd=ROOT, stdout=log, stderr=log
        )  # our own command
    try:
        url = _announced(data, process)
        yield Service(url, data, process, time.perf_counter() - started)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _announced(data: Path, process: "subprocess.Popen[bytes]") -> str:
    deadline = time.perf_counter() + START_SECONDS
    file = data / "service.json"
    while time.perf_counter() < deadline and process.poll() is None:
        if file.exists() and (text := file.read_text(encoding="utf-8")):
            return str(json.loads(text)["url"])
        time.sleep(0.02)
    said = (data.parent / f"{data.name}.log").read_text(encoding="utf-8", errors="replace")[-2000:]
    message = f"expected `tally up` to announce its address within {START_SECONDS:.0f} s; it said:\n{said}"
    raise RuntimeError(message)
