"""How commands end and what they print: text for people, JSON for programs, one exit code per kind of ending.

0 done · 1 altered, invalid or failed · 2 wrong use · 3 pending, not checked or not reachable.
"""

import json
import os
import sys
import traceback
from typing import Final

from ledger import errors as ledger_errors
from signing import errors as signing_errors

EXIT_DONE: Final = 0
EXIT_FAILED: Final = 1
EXIT_WRONG_USE: Final = 2
EXIT_LATER: Final = 3
EXIT_OUTPUT_CLOSED: Final = 141  # 128 + SIGPIPE, as a shell reports it

_WRONG_USE = (
    ledger_errors.InvalidInput,
    ledger_errors.NotAllowed,
    ledger_errors.NotFound,
    signing_errors.InvalidEncoding,
)
_LATER = (
    ledger_errors.Unavailable,
    ledger_errors.Conflict,
    signing_errors.KeyUnavailable,
    signing_errors.ServiceUnavailable,
)


class OutputClosed(Exception):
    """Whoever read our output (`| head`) has gone: nothing is wrong, and nothing more is to be said."""


def exit_code_of(error: Exception) -> int:
    """Return the exit code of one of our errors."""
    if isinstance(error, _WRONG_USE):
        return EXIT_WRONG_USE
    return EXIT_LATER if isinstance(error, _LATER) else EXIT_FAILED


def report_failure(error: Exception) -> int:
    """Print an error for a person, on standard error, and return the exit code."""
    if isinstance(error, OutputClosed | BrokenPipeError):
        silence_closed_output()
        return EXIT_OUTPUT_CLOSED
    if isinstance(error, ledger_errors.LedgerError | signing_errors.SigningError):
        sys.stderr.write(f"tally: {error.message} [{error.code}]\n")
        return exit_code_of(error)
    if isinstance(error, OSError):
        name = f": {error.filename}" if error.filename else ""
        sys.stderr.write(f"tally: {error.strerror or type(error).__name__}{name} [file.failed]\n")
        return EXIT_WRONG_USE
    _say_unexpected(error)
    return EXIT_FAILED


def _say_unexpected(error: Exception) -> None:
    name = type(error).__name__
    if os.environ.get("TALLY_LOG_LEVEL") == "debug":  # noqa: TID251  # settings may be what failed
        traceback.print_exception(error)
    sys.stderr.write(
        f"tally: failed unexpectedly ({name}); run it again with TALLY_LOG_LEVEL=debug and report what it prints [internal]\n"
    )


def silence_closed_output() -> None:
    """Point standard output nowhere, so that Python does not complain about it at the end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


def say(text: str = "") -> None:
    """Print a line for a person."""
    _write(text + "\n")


def say_json(value: object) -> None:
    """Print one JSON value for a program."""
    _write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def say_bytes(data: bytes) -> None:
    """Print exact bytes (`-o -`)."""
    try:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except BrokenPipeError as error:
        raise OutputClosed from error


def note(text: str) -> None:
    """Say something beside the result, on standard error."""
    sys.stderr.write(text + "\n")


def _write(text: str) -> None:
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError as error:
        raise OutputClosed from error
