"""What `tally up` takes when nothing happens: its memory after twenty idle seconds, and how soon it is up again.

Memory is the resident set of all its processes; what they share counts for each. The second start is the time from starting the
process to its announced address, on data that exists. Beside: a bare interpreter.
"""

import subprocess
import sys
import time
from collections.abc import Sequence

import psutil

from benchmarks.measuring import Aim, Figure, Run, note, seconds_of, temporary_folder
from benchmarks.service import running

MEMORY_AIM = Aim(400, "most")
START_AIM = Aim(4, "most")
IDLE_SECONDS = 20


def measure(run: Run) -> Sequence[Figure]:
    """Return megabytes at rest and the seconds of a second start."""
    idle = 3 if run.quick else IDLE_SECONDS
    with temporary_folder() as folder:
        with running(folder / "var") as service:
            note(f"first start: {service.start_seconds:.1f} s")
        with running(folder / "var") as service:
            seconds = service.start_seconds
            time.sleep(idle)
            before = service.cpu_seconds
            time.sleep(idle)
            note(f"idle, it uses {(service.cpu_seconds - before) / idle * 100:.1f} % of a processor")
            memory = service.rss_megabytes
    return [
        Figure(name="memory of tally up at rest", value=memory, unit="MB", baseline=_bare_megabytes(), baseline_name="bare interpreter", aim=MEMORY_AIM),
        Figure(name="second start of tally up", value=seconds, unit="s", baseline=_bare_seconds(), baseline_name="python -c pass", aim=START_AIM),
    ]  # fmt: skip


def _bare_megabytes() -> float:
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        time.sleep(0.5)
        return float(psutil.Process(process.pid).memory_info().rss) / 1e6
    finally:
        process.communicate(b"\n")


def _bare_seconds() -> float:
    return seconds_of(lambda: subprocess.run([sys.executable, "-c", "pass"], check=True))
