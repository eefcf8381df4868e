"""How long a command takes to start: `tally --help`, and `tally verify --offline` of a real contract with its evidence.

Processes are started one after the other, each kind in turn, and the median counts. Beside: `python -c pass` of the same interpreter.
The contract, its evidence and trust policy are made once by `tally up --demo --once`.
"""

import subprocess
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from benchmarks.measuring import ROOT, Aim, Figure, Run, median, seconds_of, temporary_folder
from benchmarks.service import environment, tally

AIM = Aim(0.3, "most")
STARTS = 10
BASELINE = "python -c pass"


def measure(run: Run) -> Sequence[Figure]:
    """Return the median seconds of each command."""
    with temporary_folder() as folder:
        data = folder / "var"
        subprocess.run(
            [*tally(), "up", "--demo", "--once"], env=environment(data), cwd=ROOT, check=True, capture_output=True
        )  # our own command
        demo = data / "demo"
        verify = [
            "verify",
            demo / "contract.pdf",
            "--receipt",
            demo / "contract.evidence.json",
            "--trust",
            demo / "trust.json",
            "--offline",
        ]
        commands = {
            BASELINE: [sys.executable, "-c", "pass"],
            "tally --help": [*tally(), "--help"],
            "tally verify --offline": [*tally(), *map(str, verify)],
        }
        seconds = _seconds(commands, data, 3 if run.quick else STARTS)
    baseline = seconds.pop(BASELINE)
    return [
        Figure(name=f"{name}, cold", value=value, unit="s", baseline=baseline, baseline_name=BASELINE, aim=AIM)
        for name, value in seconds.items()
    ]


def _seconds(commands: dict[str, list[str]], data: Path, starts: int) -> dict[str, float]:
    taken: dict[str, list[float]] = {name: [] for name in commands}
    for number in range(starts + 1):  # the first round fills the file cache and is not counted
        for name, command in commands.items():
            seconds = seconds_of(partial(_run, command, data))
            if number:
                taken[name].append(seconds)
    return {name: median(values) for name, values in taken.items()}


def _run(command: list[str], data: Path) -> None:
    subprocess.run(command, env=environment(data), cwd=ROOT, check=True, capture_output=True)
