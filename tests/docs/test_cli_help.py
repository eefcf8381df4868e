"""docs/cli.md says what every command prints for --help."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_command_page_is_what_the_commands_print() -> None:
    ended = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "cli_docs.py"), "--check"], capture_output=True, text=True, check=False
    )

    assert ended.returncode == 0, ended.stderr
