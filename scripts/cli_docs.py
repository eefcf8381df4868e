"""Writes docs/cli.md from what every command prints for --help; `--check` compares instead (tests/docs/test_cli_help.py).

Usage: python scripts/cli_docs.py [--check]
"""

import io
import os
import sys
from collections.abc import Iterator
from contextlib import redirect_stdout
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "cli.md"
HEAD = """\
# The command `tally`

Written by `python scripts/cli_docs.py` from what each command prints for `--help`; a test compares.

Files are never written over unless `--force` says so, and `-` is standard input or output. With `--json` a command prints one JSON value on
standard output; progress and remarks go to standard error. A refusal is one line: what was expected, what came, what to do, and a stable
`[code]`. Exit codes: 0 done · 1 altered, invalid or failed · 2 wrong use · 3 pending, not checked or not reachable · 130 interrupted.
"""


def page() -> str:
    """Return the whole page."""
    os.environ["COLUMNS"] = "100"  # both parsers fold their help by it
    os.environ["TERMINAL_WIDTH"] = "100"  # the same
    sections = [f"## {title}\n\n```\n{help_of(arguments)}```\n" for title, arguments in commands()]
    return "\n".join([HEAD, *sections])


def commands() -> Iterator[tuple[str, list[str]]]:
    """Yield each command and subcommand with the arguments that name it."""
    from api.cli import LINES  # noqa: PLC0415  # the path is set in main

    yield "tally", []
    for name in LINES:
        yield f"tally {name}", [name]
        registered = getattr(import_module(f"api.commands.{name}").app, "registered_commands", [])
        if len(registered) > 1:
            for command in registered:
                word = command.name or command.callback.__name__
                yield f"tally {name} {word}", [name, word]


def help_of(arguments: list[str]) -> str:
    from api.cli import run  # noqa: PLC0415  # the path is set in main

    out = io.StringIO()
    with redirect_stdout(out):
        run([*arguments, "--help"])
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"


def main() -> int:
    sys.path.insert(0, str(ROOT))
    text = page()
    if "--check" in sys.argv[1:]:
        is_current = PAGE.is_file() and PAGE.read_text(encoding="utf-8") == text
        if not is_current:
            sys.stderr.write("docs/cli.md differs from what the commands print: run `python scripts/cli_docs.py`\n")
        return 0 if is_current else 1
    PAGE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
