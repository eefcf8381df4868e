"""Receipts, trust policies and key files as files: shown without a service, and never written over."""

from pathlib import Path

import pytest

from api.cli import run
from ledger.core.log.proof_text import parse_proof
from support.evidence_files import EvidenceFiles, evidence_files
from support.passphrases import DRAWN

__all__ = ["evidence_files"]

PASSPHRASE = DRAWN


@pytest.fixture(autouse=True)
def passphrase(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TALLY_KEY_PASSPHRASE", PASSPHRASE)
    monkeypatch.setenv("TALLY_DATA", str(tmp_path / "var"))


def test_receipt_show_lists_entries_and_says_that_nothing_was_verified(
    evidence_files: EvidenceFiles, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["receipt", "show", str(evidence_files.evidence)]) == 0
    out = capsys.readouterr().out

    assert out.count("agreement.signed") == 3
    assert "nothing was verified" in out


def test_receipt_show_refuses_what_is_no_receipt(
    evidence_files: EvidenceFiles, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["receipt", "show", str(evidence_files.contract)]) == 1
    assert "[evidence." in capsys.readouterr().err


def test_exported_proof_reads_back_and_is_never_written_over(
    evidence_files: EvidenceFiles, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "entry.tlog-proof"
    arguments = ["receipt", "export", "--tlog-proof", str(evidence_files.evidence), "--entry", "2", "-o", str(target)]

    assert run(arguments) == 0
    assert parse_proof(target.read_text()).index == 6
    target.write_text("mine")
    assert run(arguments) == 2
    assert "[file.exists]" in capsys.readouterr().err
    assert target.read_text() == "mine"
    assert run([*arguments, "--force"]) == 0
    assert target.read_text() != "mine"


@pytest.mark.parametrize("more", [["--entry", "9", "--tlog-proof"], []])
def test_export_of_an_unknown_entry_or_form_is_wrong_use(evidence_files: EvidenceFiles, more: list[str]) -> None:
    assert run(["receipt", "export", str(evidence_files.evidence), *more]) == 2


def test_trust_show_names_logs_and_requirements(
    evidence_files: EvidenceFiles, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["trust", "show", str(evidence_files.trust)]) == 0
    out = capsys.readouterr().out

    assert "bytes, signatures, log" in out
    assert "log.lender.example/2026" in out


def test_trust_show_refuses_another_file(evidence_files: EvidenceFiles) -> None:
    assert run(["trust", "show", str(evidence_files.evidence)]) == 2
    assert run(["trust", "show", str(evidence_files.folder / "missing.json")]) == 2


def test_created_key_is_shown_and_listed_without_its_secret(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "keys" / "mine.json"
    file.parent.mkdir()

    assert run(["keys", "create", str(file)]) == 0
    assert run(["keys", "show", str(file)]) == 0
    assert run(["keys", "list", str(file.parent)]) == 0
    assert "signer" in capsys.readouterr().out
    before = file.read_bytes()
    assert run(["keys", "create", str(file)]) == 3
    assert "[key.exists]" in capsys.readouterr().err
    assert file.read_bytes() == before


def test_key_of_unknown_purpose_or_in_no_folder_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["keys", "create", str(tmp_path / "a"), "--purpose", "everything"]) == 3
    assert run(["keys", "create", str(tmp_path / "no" / "a")]) == 3
    assert run(["keys", "list", str(tmp_path / "no")]) == 2
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["agreement", "list"], "service.none"),
        (["trust", "export", "--url", "ftp://x"], "service.bad-url"),
        (["audit"], "installation.none"),
        (["chain", "status"], "installation.none"),
        (["serve"], "chain.embedded-split"),
        (["worker"], "chain.embedded-split"),
        (["chain", "deploy"], "chain.embedded-split"),
        (["db", "resume", "demo"], "installation.none"),
        (["keys", "api-token", "--institution", "DEMO", "-o", "token"], "installation.none"),
    ],
)
def test_without_an_installation_each_command_says_what_to_do(
    arguments: list[str], code: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert run(arguments) in {2, 3}
    assert f"[{code}]" in capsys.readouterr().err
    assert not (tmp_path / "var").exists()


def test_setting_that_is_wrong_is_named(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TALLY_PORT", "many")

    assert run(["db", "check"]) == 2
    err = capsys.readouterr().err
    assert "TALLY_PORT" in err
    assert "[settings.invalid]" in err


def test_what_runs_names_a_variable_that_nothing_reads_and_goes_on(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TALLY_DATABSE", "postgresql://secret@host/tally")

    assert run(["serve"]) == 3
    err = capsys.readouterr().err
    assert "TALLY_DATABSE is no setting and was not read; did you mean TALLY_DATABASE?" in err
    assert "secret" not in err
    assert "[chain.embedded-split]" in err


def test_check_of_an_installation_without_tables_names_the_command_that_makes_them(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "var").mkdir()

    assert run(["db", "check"]) == 3
    lines = {line.split()[0]: line for line in capsys.readouterr().out.splitlines()}
    assert all(
        "[database.unmigrated]" in lines[part] and "`tally db migrate`" in lines[part] for part in ("database", "logs")
    )
