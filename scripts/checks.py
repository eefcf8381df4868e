"""Run the checks of this repository, two at a time, and say in the end what each took and which failed.

Steps of one lane run one after another; lanes run side by side, so that two cores are busy. A step's output is printed
whole when it ends. In CI (CI=true) a suite that cannot run is a failure; elsewhere pytest says loudly what it skipped.
"""

import argparse
import os
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTHON = sys.executable
TOOL = Path(PYTHON).parent
PYTEST = (PYTHON, "-m", "pytest", "-q", "--durations=8")


@dataclass(frozen=True)
class Step:
    """One command; `lane` says which steps it waits for, `env` what it is told."""

    name: str
    lane: str
    command: tuple[str, ...]
    env: dict[str, str] = field(default_factory=dict)


def coverage(suite: str, *arguments: str) -> tuple[str, ...]:
    """Return a pytest run under coverage, kept apart by suite until they are combined."""
    return (
        PYTHON,
        "-m",
        "coverage",
        "run",
        f"--data-file=.coverage.{suite}",
        "-m",
        "pytest",
        "-q",
        "--durations=8",
        *arguments,
    )


STEPS = (
    Step("tools", "first", (PYTHON, "scripts/toolchain.py")),
    Step("browser", "first", ("sh", "scripts/install_test_tools")),
    Step("lint", "a", (str(TOOL / "ruff"), "check", ".")),
    Step("format", "a", (str(TOOL / "ruff"), "format", "--check", ".")),
    Step("imports", "a", (str(TOOL / "lint-imports"),)),
    Step("types", "a", (str(TOOL / "mypy"),)),
    Step("unit", "a", coverage("unit", "tests/unit")),
    Step("docs", "a", coverage("docs", "tests/docs")),
    Step("e2e", "a", (*PYTEST, "tests/e2e")),
    Step("api", "a", coverage("api", "tests/integration/api", "tests/integration/pages")),
    Step("chain", "a", coverage("chain", "tests/integration/chain")),
    Step("artifacts", "b", (PYTHON, "scripts/compile_contracts.py", "--check")),
    Step("contracts", "b", (PYTHON, "scripts/contract_tests.py")),
    Step("slither", "b", (PYTHON, "scripts/contract_tests.py", "--slither")),
    Step("audit", "b", coverage("audit", "tests/integration/audit")),
    Step("services", "b", coverage("services", "tests/integration/services")),
    Step("blacklist", "b", coverage("blacklist", "tests/integration/blacklist")),
    Step("storage", "b", coverage("storage", "tests/integration/storage")),
    Step("coverage", "last", (PYTHON, "scripts/coverage_floor.py")),
    Step("wheel", "last", (PYTHON, "scripts/wheel_check.py")),
)


@dataclass
class Result:
    """How a step ended."""

    name: str
    status: int
    seconds: float


class Run:
    """Takes the chosen steps through: first, then both lanes side by side, then last."""

    def __init__(self, chosen: frozenset[str]) -> None:
        self._chosen = chosen
        self._results: list[Result] = []
        self._printing = threading.Lock()

    def all(self) -> list[Result]:
        self._lane("first")
        if all(result.status == 0 for result in self._results):
            lanes = [threading.Thread(target=self._lane, args=(name,)) for name in ("a", "b")]
            for lane in lanes:
                lane.start()
            for lane in lanes:
                lane.join()
            self._lane("last")
        return self._results

    def _lane(self, lane: str) -> None:
        for step in STEPS:
            if step.lane == lane and step.name in self._chosen:
                self._take(step)

    def _take(self, step: Step) -> None:
        started = time.monotonic()
        done = subprocess.run(  # our own commands, listed above
            step.command,
            cwd=ROOT,
            env={**os.environ, **step.env},
            capture_output=True,
            text=True,
            check=False,  # a script, not the service
        )
        result = Result(step.name, done.returncode, time.monotonic() - started)
        with self._printing:
            self._results.append(result)
            sys.stdout.write(
                f"\n=== {step.name} ({result.seconds:.0f} s, exit {result.status})\n{done.stdout}{done.stderr}"
            )
            sys.stdout.flush()


def main() -> int:
    """Run the named steps, or all; return 0 when every one passed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("step", nargs="*", help="run only these")
    parser.add_argument("--list", action="store_true", help="name the steps and stop")
    arguments = parser.parse_args()
    names = [step.name for step in STEPS]
    if arguments.list:
        print("\n".join(names))
        return 0
    unknown = sorted(set(arguments.step) - set(names))
    if unknown:
        parser.error(f"no such step: {', '.join(unknown)}; there are {', '.join(names)}")
    started = time.monotonic()
    results = Run(frozenset(arguments.step or names)).all()
    print(f"\n{'step':<14}{'seconds':>8}  result")
    for result in results:
        print(f"{result.name:<14}{result.seconds:>8.0f}  {'passed' if result.status == 0 else 'FAILED'}")
    failed = sum(result.status != 0 for result in results)
    print(f"{time.monotonic() - started:.0f} s in all\n\n{len(results) - failed} passed, {failed} failed")
    return 1 if failed or not results else 0


if __name__ == "__main__":
    sys.exit(main())
