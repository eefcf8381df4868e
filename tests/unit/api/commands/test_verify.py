"""`tally verify` on real material: the exit code, the answer that is named, and what it refuses to guess."""

import io
import json
from pathlib import Path

import pytest

from api.cli import run
from api.commands.verify import read_given, read_options
from ledger.errors import InvalidInput
from signing.canonical import Json
from support.evidence_files import EvidenceFiles, evidence_files
from support.evidence_material import DOCUMENT, Plan, build

__all__ = ["evidence_files"]


def verify(files: EvidenceFiles, *more: str) -> int:
    return run(["verify", str(files.contract), "--trust", str(files.trust), "--offline", *more])


def test_sound_file_is_proven_with_the_evidence_beside_it(
    evidence_files: EvidenceFiles, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verify(evidence_files) == 0
    out = capsys.readouterr().out

    assert str(evidence_files.evidence) in out
    assert "Every required answer is yes." in out
    assert "Final in block 1234." in out
    assert sum(line[:2].strip().isdigit() for line in out.splitlines()) == 10


@pytest.mark.parametrize("place", [0, 10, len(DOCUMENT) - 1])
def test_flipped_bit_ends_with_1_and_names_the_answer(
    evidence_files: EvidenceFiles, capsys: pytest.CaptureFixture[str], place: int
) -> None:
    altered = bytearray(DOCUMENT)
    altered[place] ^= 1
    evidence_files.contract.write_bytes(altered)

    assert verify(evidence_files) == 1
    out = capsys.readouterr().out
    assert " 1  NO " in out
    assert "Does not hold: answer 1 is no." in out


def test_receipt_of_the_creation_alone_is_undecided(
    evidence_files: EvidenceFiles, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verify(evidence_files, "--receipt", str(evidence_files.receipt)) == 3
    assert "required answer 2 is not checked" in capsys.readouterr().out


def test_json_is_the_report_and_nothing_else(evidence_files: EvidenceFiles, capsys: pytest.CaptureFixture[str]) -> None:
    assert verify(evidence_files, "--json") == 0
    report: Json = json.loads(capsys.readouterr().out)

    assert isinstance(report, dict)
    assert report["tag"] == "tally/report/v1"
    assert report["exit_code"] == 0


def test_chinese_report_is_chinese(evidence_files: EvidenceFiles, capsys: pytest.CaptureFixture[str]) -> None:
    assert verify(evidence_files, "--lang", "zh") == 0
    assert "各项必需回答均为“是”。" in capsys.readouterr().out


def test_self_operated_evidence_says_so(evidence_files: EvidenceFiles, capsys: pytest.CaptureFixture[str]) -> None:
    evidence_files.evidence.write_bytes(build().with_receipt(1, self_operated=True))

    assert verify(evidence_files) == 0
    assert "Self-operated, not independent" in capsys.readouterr().out


def test_lying_signer_is_answer_2(evidence_files: EvidenceFiles, capsys: pytest.CaptureFixture[str]) -> None:
    built = build(Plan(statements={2: {"agreement": "01936f2e-7c1a-7b3a-9d52-0a4f6a1c2e11"}}))
    evidence_files.evidence.write_bytes(built.material)
    evidence_files.trust.write_bytes(built.policy.to_bytes())

    assert verify(evidence_files) == 1
    assert "answer 2 is no" in capsys.readouterr().out


def test_file_from_standard_input_is_hashed_as_it_comes(
    evidence_files: EvidenceFiles, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(DOCUMENT)))
    given = ["--receipt", str(evidence_files.evidence), "--trust", str(evidence_files.trust), "--offline"]

    assert run(["verify", "-", *given]) == 0
    assert "standard input" in capsys.readouterr().out


@pytest.mark.parametrize("data", [b"", b"{}", b"not json", b'{"tag":"tally/evidence/v9"}'])
def test_evidence_that_cannot_be_read_ends_with_1_and_a_code(
    evidence_files: EvidenceFiles, capsys: pytest.CaptureFixture[str], data: bytes
) -> None:
    evidence_files.evidence.write_bytes(data)

    assert verify(evidence_files) == 1
    assert "[evidence." in capsys.readouterr().err


@pytest.mark.parametrize("data", [b"", b"{}", b"[]"])
def test_trust_policy_that_cannot_be_read_is_wrong_use(
    evidence_files: EvidenceFiles, capsys: pytest.CaptureFixture[str], data: bytes
) -> None:
    evidence_files.trust.write_bytes(data)

    assert verify(evidence_files) == 2
    assert "[trust." in capsys.readouterr().err


def test_missing_receipt_names_where_it_looked(
    evidence_files: EvidenceFiles, capsys: pytest.CaptureFixture[str]
) -> None:
    evidence_files.evidence.unlink()

    assert verify(evidence_files) == 2
    err = capsys.readouterr().err
    assert "contract.pdf.evidence.json" in err
    assert "[verify.no-receipt]" in err


def test_missing_file_is_wrong_use(evidence_files: EvidenceFiles, capsys: pytest.CaptureFixture[str]) -> None:
    evidence_files.contract.unlink()

    assert verify(evidence_files) == 2
    assert "[file.unreadable]" in capsys.readouterr().err


def test_without_a_trust_policy_nothing_is_guessed(
    evidence_files: EvidenceFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    options = read_options([str(evidence_files.contract), "--offline"])
    assert read_given(options, {}).trust_path == Path("trust.json")

    evidence_files.trust.rename(tmp_path / "mine.json")
    assert read_given(options, {"TALLY_TRUST": "mine.json"}).trust_path == Path("mine.json")
    with pytest.raises(InvalidInput) as caught:
        read_given(options, {})
    assert caught.value.code == "verify.no-trust"


@pytest.mark.parametrize(
    "arguments", [[], ["a", "b"], ["a", "--lang", "fr"], ["a", "--offl"], ["a", "--offline", "--rpc", "http://x"]]
)
def test_wrong_options_are_one_line_with_a_code(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["verify", *arguments]) == 2
    err = capsys.readouterr().err

    assert "[verify.options]" in err
    assert len(err.splitlines()) == 1


def test_file_and_receipt_cannot_both_be_standard_input(evidence_files: EvidenceFiles) -> None:
    options = read_options(["-", "--receipt", "-", "--trust", str(evidence_files.trust)])

    with pytest.raises(InvalidInput) as caught:
        read_given(options, {})
    assert caught.value.code == "verify.options"
