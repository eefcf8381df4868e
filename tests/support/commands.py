"""Commands as a person types them, run in this process: a new process takes a second to load what is loaded here already."""

import gc
import io
import os
import sys
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from unittest.mock import patch

from api.cli import run


@dataclass(frozen=True)
class Told:
    """How a command ended, and what it said."""

    returncode: int
    stdout: str
    stderr: str


def tally(environment: Mapping[str, str], *arguments: str, given: str = "") -> Told:
    """Run one command line in this process: what a person types, what it reads and prints; a new process takes a second."""
    out, err = io.StringIO(), io.StringIO()
    with (
        patch.dict(os.environ, environment),  # noqa: TID251  # a command reads its settings from there
        patch.object(sys, "stdin", io.StringIO(given)),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        code = run(arguments)
    gc.enable()  # `verify` does without, since its process ends
    return Told(code, out.getvalue(), err.getvalue())
