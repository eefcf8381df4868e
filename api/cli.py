"""The command `tally`: one table of commands, each imported only when it is called.

Promises: `tally --help` imports nothing but this file, so it answers at once; stable exit codes (0 done, 1 altered or failed,
2 wrong use, 3 pending or not reachable, 130 interrupted), and never a stack trace.
Leaves to others: options and work of each command (api.commands), the words of a refusal (api.commands.outcome).
"""

import gc
import io
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Final

COMMANDS: Final[Mapping[str, Mapping[str, str]]] = {
    "Start here": {
        "up": "Run everything: service, worker, embedded chain.",
        "demo": "Walk one loan contract from PDF to verified receipt.",
    },
    "Check": {
        "verify": "Check a file against its receipt; works offline.",
        "receipt": "Fetch and inspect receipts and evidence packages.",
        "trust": "Export and inspect trust policies.",
        "audit": "Re-read everything stored and name what differs.",
    },
    "Work": {
        "agreement": "Create, list, read and sign agreements.",
        "application": "Enter, submit and follow loan applications.",
        "desk": "What waits for you, delegations, attachments and evidence.",
        "policy": "Check, propose, publish and export approval policies.",
        "kpi": "Count what the trail says: time per stage, rates, load.",
    },
    "Blacklist": {
        "blacklist": "Check and list subjects without telling whom; keep receipts.",
        "registry": "Open epochs and admit members, on the registry's machine.",
        "consortium": "Members of the blacklist by their contract: propose, vote, list.",
        "evaluator": "Make a shared key without a dealer, run one evaluator.",
    },
    "Operate": {
        "serve": "Run the HTTP service alone.",
        "worker": "Run the sequencing and anchoring loops alone.",
        "keys": "Make and inspect key files, issue API keys, enrol and revoke keys.",
        "chain": "Deploy the registry, show the chain's side.",
        "db": "Migrate and check the database, open institutions, resume a stopped log.",
    },
}
LINES: Final[Mapping[str, str]] = {name: line for group in COMMANDS.values() for name, line in group.items()}

EXIT_WRONG_USE, EXIT_INTERRUPTED = 2, 130
_SHORT = {"verify"}
_HELP, _VERSION = {"--help", "-h", "help"}, {"--version", "-V"}


def main() -> None:
    """Run the command line and end the process with its exit code."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code: the outermost edge, where an error becomes one line of text."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a name this terminal cannot show becomes "?", never a failure
            stream.reconfigure(errors="replace")
    try:
        status = _dispatch(list(arguments))
        sys.stdout.flush()
    except KeyboardInterrupt:
        sys.stderr.write("\ntally: interrupted\n")
        return EXIT_INTERRUPTED
    except Exception as error:  # noqa: BLE001  # never a stack trace to a user
        return _failed(error)
    return status


def _dispatch(arguments: list[str]) -> int:
    name = arguments[0] if arguments else "--help"
    if name in _HELP:
        sys.stdout.write(help_text())
        return 0 if arguments else EXIT_WRONG_USE
    if name in _VERSION:
        from importlib.metadata import version  # noqa: PLC0415  # costs more than all the rest of --help

        sys.stdout.write(f"tally {version('tallystick')}\n")
        return 0
    if name not in LINES:
        sys.stderr.write(_unknown(name))
        return EXIT_WRONG_USE
    if name in _SHORT:
        gc.disable()  # it ends before its garbage matters; collecting while modules load takes a tenth of its time
    command = import_module(f"api.commands.{name}").app
    try:
        command(args=arguments[1:], prog_name=f"tally {name}")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0
    return 0


def _failed(error: Exception) -> int:
    from api.commands.outcome import report_failure  # noqa: PLC0415  # --help does without

    return report_failure(error)


def help_text() -> str:
    """Return what `tally --help` prints."""
    parts = ["Tallystick: the record of a loan that nobody can quietly change.", "", "Usage: tally COMMAND [OPTIONS]"]
    for title, group in COMMANDS.items():
        parts += ["", f"{title}:", *(f"  {name:<12}{line}" for name, line in group.items())]
    parts += [
        "",
        "Options:",
        "  --version  Print the version.",
        "  --help     Print this; `tally COMMAND --help` explains one command.",
        "",
        "Exit codes: 0 done · 1 altered, invalid or failed · 2 wrong use · 3 pending, not checked or not reachable.",
    ]
    return "\n".join(parts) + "\n"


def _unknown(name: str) -> str:
    from difflib import get_close_matches  # noqa: PLC0415  # only needed for a mistake

    near = get_close_matches(name, LINES, n=1)
    shown = name if name.isprintable() else repr(name)
    hint = f" Did you mean `tally {near[0]}`?" if near else ""
    return f"tally: there is no command {shown[:40]}.{hint} `tally --help` lists them all. [command.unknown]\n"
