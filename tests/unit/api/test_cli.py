"""The command line's edge: what is loaded, how mistakes end, and that no ending shows a stack trace."""

import subprocess
import sys
from pathlib import Path

import pytest

from api.cli import LINES, help_text, run
from support.evidence_files import EvidenceFiles, evidence_files

__all__ = ["evidence_files"]

HEAVY = ("web3", "sqlalchemy", "fastapi", "pydantic", "httpx2", "rich", "typer")
# Runs one command line and prints which heavy packages it loaded.
PROBE = f"import sys; from api.cli import run; run(sys.argv[1:]); print('LOADED', sorted(set({HEAVY!r}) & set(sys.modules)))"


def loaded(*arguments: str) -> str:
    ended = subprocess.run([sys.executable, "-c", PROBE, *arguments], capture_output=True, text=True, check=True)
    return ended.stdout.rpartition("LOADED ")[2].strip()


def test_help_loads_nothing_heavy() -> None:
    assert loaded("--help") == "[]"


def test_offline_verification_loads_nothing_heavy(evidence_files: EvidenceFiles) -> None:
    arguments = ["verify", str(evidence_files.contract), "--trust", str(evidence_files.trust), "--offline"]

    assert loaded(*arguments) == "[]"


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--help"]) == 0
    out = capsys.readouterr().out

    assert out == help_text()
    assert all(f"  {name} " in out for name in LINES)


def test_every_command_of_the_table_is_a_module() -> None:
    folder = Path(__file__).resolve().parents[3] / "api" / "commands"

    assert [name for name in LINES if not (folder / f"{name}.py").is_file()] == []


def test_no_command_at_all_is_wrong_use(capsys: pytest.CaptureFixture[str]) -> None:
    assert run([]) == 2
    assert "Usage: tally COMMAND" in capsys.readouterr().out


def test_version_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    try:
        status = run(["--version"])
    except ModuleNotFoundError:
        pytest.skip("the distribution is not installed here")

    assert status in {0, 1}
    assert len(capsys.readouterr().out.splitlines()) <= 1


@pytest.mark.parametrize(("name", "near"), [("verfy", "tally verify"), ("agreements", "tally agreement")])
def test_mistyped_command_is_told_the_near_one(name: str, near: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([name]) == 2
    assert f"Did you mean `{near}`?" in capsys.readouterr().err


def test_unknown_command_is_refused_without_a_guess(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["\x1b[2Jquux"]) == 2
    err = capsys.readouterr().err

    assert "[command.unknown]" in err
    assert "\x1b" not in err
    assert "Did you mean" not in err


def test_unknown_option_of_a_command_is_wrong_use(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["receipt", "show", "--nope"]) == 2
    assert "Traceback" not in capsys.readouterr().err


def test_interrupt_ends_with_130() -> None:
    program = (
        "import sys, api.cli\n"
        "def stopped(arguments): raise KeyboardInterrupt\n"
        "api.cli._dispatch = stopped\n"
        "sys.exit(api.cli.run(['audit']))"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)

    assert ended.returncode == 130
    assert "Traceback" not in ended.stderr


def test_closed_pipe_is_quiet(evidence_files: EvidenceFiles) -> None:
    program = "import sys; from api.cli import main; sys.stdin.read(); main()"
    arguments = ["verify", str(evidence_files.contract), "--trust", str(evidence_files.trust), "--offline"]
    child = subprocess.Popen(
        [sys.executable, "-c", program, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert child.stdin is not None
    assert child.stdout is not None
    assert child.stderr is not None
    child.stdout.close()  # the reader has gone before the first line
    child.stdin.close()
    errors = child.stderr.read()
    child.stderr.close()

    assert child.wait() == 141
    assert errors == b""
