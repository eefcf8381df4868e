"""Run the checks of this repository, two at a time, and say in the end what each took and which failed.

Every folder of tests is a step by itself: a new one below tests/integration needs no line here. The steps that take longest
begin first, and whoever of the two is free takes the next, so that both cores are busy to the end. What needs no tools begins while
they are installed; a step's output is printed whole when it ends. In CI (CI=true) a suite that cannot run is a failure; elsewhere pytest says loudly what it skipped.
"""

import argparse
import os
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTHON = sys.executable
TOOL = Path(PYTHON).parent
PYTEST = (PYTHON, "-m", "pytest", "-q", "--durations=8")


AT_ONCE = 2  # the machine this must be quick on has two cores; a suite may start a chain, a database and a browser
UNKNOWN_SECONDS = 40  # of a suite that nobody has timed yet: it begins early


@dataclass(frozen=True)
class Step:
    """One command.

    `when` is "first", "bare" (beside the first, needing nothing of them), "between" or "last"; what shares a `group` runs one after
    another; `seconds` is about how long.
    """

    name: str
    command: tuple[str, ...]
    seconds: float = 10
    when: str = "between"
    group: str = ""
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


# About how long each suite takes on two cores: only their order follows from it.
SECONDS = {
    "e2e": 170,
    "api": 120,
    "services": 120,
    "unit": 110,
    "audit": 80,
    "storage": 50,
    "blacklist": 45,
    "seal": 40,
    "chain": 30,
    "pages": 30,
    "docs": 25,
    "messages": 20,
    "keys": 10,
}


def suites() -> Iterator[Step]:
    """Yield a step for every folder of tests that holds some, but those of the contracts, which ape runs."""
    for folder in (
        ROOT / "tests" / "unit",
        ROOT / "tests" / "docs",
        *sorted((ROOT / "tests" / "integration").iterdir()),
    ):
        if next(folder.rglob("test_*.py"), None) is not None:
            place = str(folder.relative_to(ROOT))
            yield Step(folder.name, coverage(folder.name, place), SECONDS.get(folder.name, UNKNOWN_SECONDS))
    yield Step("e2e", (*PYTEST, "tests/e2e"), SECONDS["e2e"])


STEPS = (
    Step("tools", (PYTHON, "scripts/toolchain.py"), when="first", group="tools"),
    Step("browser", ("sh", "scripts/install_test_tools"), when="first", group="tools"),
    Step("types", (str(TOOL / "mypy"),), 60, when="bare"),
    Step("imports", (str(TOOL / "lint-imports"),), 10, when="bare"),
    Step("lint", (str(TOOL / "ruff"), "check", "."), 2, when="bare"),
    Step("format", (str(TOOL / "ruff"), "format", "--check", "."), 2, when="bare"),
    Step("artifacts", (PYTHON, "scripts/compile_contracts.py", "--check"), 25, group="contracts"),
    Step("contracts", (PYTHON, "scripts/contract_tests.py"), 90, group="contracts"),
    Step("slither", (PYTHON, "scripts/contract_tests.py", "--slither"), 15, group="contracts"),
    *suites(),
    Step("coverage", (PYTHON, "scripts/coverage_floor.py"), when="last"),
    Step("wheel", (PYTHON, "scripts/wheel_check.py"), when="last"),
)


def groups(steps: Iterable[Step], *when: str) -> list[list[Step]]:
    """Return the steps of these times, those of a group together, first by time, then the longest first."""
    found: dict[str, list[Step]] = {}
    for step in steps:
        if step.when in when:
            found.setdefault(step.group or step.name, []).append(step)
    return sorted(found.values(), key=lambda group: (when.index(group[0].when), -sum(step.seconds for step in group)))


@dataclass
class Result:
    """How a step ended."""

    name: str
    status: int
    seconds: float


class Run:
    """Takes the chosen steps through, two groups at a time: first and bare, what needs the tools once they are there, then the last."""

    def __init__(self, chosen: frozenset[str]) -> None:
        self._chosen = [step for step in STEPS if step.name in chosen]
        self._results: list[Result] = []
        self._printing = threading.Lock()
        self._tools = threading.Condition()
        self._awaited = sum(step.when == "first" for step in self._chosen)

    def all(self) -> list[Result]:
        self._side_by_side(deque(groups(self._chosen, "first", "bare", "between")))
        if self._has_tools():
            self._side_by_side(deque(groups(self._chosen, "last")))
        return self._results

    def _side_by_side(self, waiting: "deque[list[Step]]") -> None:
        def work() -> None:
            with suppress(IndexError):  # nothing waits any more
                while True:
                    for step in waiting.popleft():
                        if self._may_begin(step):
                            self._take(step)

        workers = [threading.Thread(target=work) for _ in range(AT_ONCE)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()

    def _may_begin(self, step: Step) -> bool:
        """Wait for the tools where a step needs them; False when they cannot be had."""
        if step.when in {"first", "bare"}:
            return True
        with self._tools:
            self._tools.wait_for(lambda: self._awaited == 0)
        return self._has_tools()

    def _has_tools(self) -> bool:
        firsts = {step.name for step in self._chosen if step.when == "first"}
        return all(result.status == 0 for result in self._results if result.name in firsts)

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
            with self._tools:
                self._awaited -= step.when == "first"
                self._tools.notify_all()
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
