"""What every measure is made of: a figure beside its baseline of the same run, and the plain means to take it.

Promises: a figure says its unit, what it is compared with and whether it meets its aim; a temporary folder is gone
afterwards. Leaves to others: what is measured (one module per measure) and the table (run.py).
"""

import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Aim:
    """The value or the ratio to reach: at least or at most `bound`."""

    bound: float
    kind: Literal["least", "most"]
    of: Literal["value", "ratio"] = "value"

    def is_met(self, figure: float) -> bool:
        return figure >= self.bound if self.kind == "least" else figure <= self.bound

    def __str__(self) -> str:
        sign = "≥" if self.kind == "least" else "≤"
        return f"{sign} {self.bound:,g}{'×' if self.of == 'ratio' else ''}"


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One line of the table."""

    name: str
    value: float
    unit: str
    baseline: float
    baseline_name: str
    aim: Aim | None = None

    @property
    def ratio(self) -> float | None:
        return self.value / self.baseline if self.baseline else None

    @property
    def met(self) -> bool | None:
        """Whether the aim is met; None where there is none."""
        if self.aim is None:
            return None
        judged = self.value if self.aim.of == "value" else self.ratio
        return judged is not None and self.aim.is_met(judged)

    def to_json(self) -> dict[str, object]:
        return {
            "name": self.name,
            "value": _rounded(self.value),
            "unit": self.unit,
            "baseline": _rounded(self.baseline),
            "baseline_name": self.baseline_name,
            "ratio": None if self.ratio is None else _rounded(self.ratio),
            "aim": None if self.aim is None else str(self.aim),
            "met": self.met,
        }


@dataclass
class Run:
    """How a run was asked for (`quick`: small sizes), and what its measures share until it ends."""

    quick: bool = False
    until_end: ExitStack = field(default_factory=ExitStack)
    shared: dict[str, object] = field(default_factory=dict)


Measure = Callable[[Run], Sequence[Figure]]


def note(text: str) -> None:
    """Say on standard error how far a measure is; standard output holds the table alone."""
    sys.stderr.write(f"· {text}\n")
    sys.stderr.flush()


def seconds_of(work: Callable[[], object]) -> float:
    """Return how long `work` took."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that at least `share` of the values do not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, -(-int(share * len(ordered) * 1000) // 1000) - 1)]


def median(values: Sequence[float]) -> float:
    return statistics.median(values)


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """Yield a new folder on the system's temporary disk; remove it with everything in it."""
    folder = Path(tempfile.mkdtemp(prefix="tally-bench-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _rounded(value: float) -> float:
    return float(f"{value:.4g}") if abs(value) < 1000 else round(value)  # four digits are more than a run can repeat
