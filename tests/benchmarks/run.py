"""Measure Tallystick: `scripts/bench [NAME…] [--json FILE] [--quick] [--list]`. docs/benchmarks.md says what each measure does.

Promises: an aligned table on standard output, each figure beside its baseline of the same run; exit 0 when every measure
ran, whether or not it met its aim (this is a command, not a test), 1 when one failed, 2 for wrong use.
"""

import argparse
import json
import os
import sys
import traceback
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:1] = [str(ROOT), str(ROOT / "tests")]

from benchmarks.measuring import Figure, Measure, Run, note  # noqa: E402  # the path is set just above

# Each name is a module beside this file with a function `measure`; loaded when it runs, so that none weighs on another.
MEASURES: Mapping[str, str] = {
    "durable_entries": "entries per second through the batch path, beside raw inserts of the same bytes",
    "http": "HTTP request to receipt at 200 requests per second, beside GET /livez at that rate",
    "statements": "signed statements per second through HTTP, beside GET /livez from as many clients",
    "growth": "proof time and sequencer memory as the log grows to a million entries",
    "audit": "audit of a large log, beside SHA-256 over the same bytes from the same database",
    "gas": "gas per checkpoint, beside an unchecked store of the same root",
    "listing_gas": "gas per listing of a blacklist version on chain, beside a mapping with a transaction each",
    "cold_start": "start of `tally --help` and `tally verify --offline`, beside `python -c pass`",
    "blacklist": "evaluations per second, a check's time, a list of a million, beside bare curve and hash operations",
    "approvals": "a decision by the rules alone, and the replay of a hundred thousand loans, beside the checking of their signatures",
    "decisions": "signed decisions per second through HTTP, beside GET /livez from as many clients",
    "figures": "figures of approvals over a million entries, search by name among a million applications",
    "seal": "typeset, seal, inspect and verify a contract, beside plain typst, pikepdf and pyHanko on the same file",
    "at_rest": "memory of `tally up` at rest and its second start, beside a bare interpreter",
}


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="scripts/bench", description="Measure, each figure beside its baseline of the same run."
    )
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"what to measure (default: all): {', '.join(MEASURES)}"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the figures as a JSON list")
    parser.add_argument("--quick", action="store_true", help="small sizes: to see that it works, not to quote")
    parser.add_argument("--list", action="store_true", help="list the measures and stop")
    options = parser.parse_args(arguments)
    if unknown := [name for name in options.names if name not in MEASURES]:
        parser.error(f"no measure is named {unknown[0]!r}; choose from {', '.join(MEASURES)}")
    if options.list:
        print("\n".join(f"{name:16} {what}" for name, what in MEASURES.items()))
        return 0
    return _run(options.names or list(MEASURES), Run(quick=options.quick), options.json)


def _run(names: Sequence[str], run: Run, file: Path | None) -> int:
    figures: list[Figure] = []
    with run.until_end:
        failed = sum(not _measured(name, run, figures) for name in names)
    print(table(figures))
    if file is not None:
        lines = [figure.to_json() for figure in figures]
        file.write_text(json.dumps(lines, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return 1 if failed else 0


def _measured(name: str, run: Run, figures: list[Figure]) -> bool:
    """Add the figures of one measure; False when it failed."""
    note(f"{name}: {MEASURES[name]} (load average {os.getloadavg()[0]:.1f})")
    try:
        measure: Measure = import_module(f"benchmarks.{name}").measure
        figures += measure(run)
    except Exception:  # noqa: BLE001  # one measure that fails must not cost the figures of the others
        note(f"{name} FAILED\n{traceback.format_exc()}")
        return False
    return True


def table(figures: Sequence[Figure]) -> str:
    """Return the figures as aligned text."""
    head = ("measure", "value", "unit", "baseline", "which is", "ratio", "aim", "met")
    rows = [head, *(_cells(figure) for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    right = {1, 3, 5}
    return "\n".join(
        "  ".join(
            cell.rjust(width) if column in right else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )


def _cells(figure: Figure) -> tuple[str, ...]:
    met = {True: "yes", False: "NO", None: ""}[figure.met]
    ratio = "" if figure.ratio is None else f"{figure.ratio:.2f}"
    return (
        figure.name, _number(figure.value), figure.unit, _number(figure.baseline), figure.baseline_name, ratio,
        str(figure.aim or ""), met,
    )  # fmt: skip


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"  # three digits either way


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
