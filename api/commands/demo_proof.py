"""What the sealed file proves, and what becomes of it when somebody touches it: the ceremony's last steps.

Promises: the verifier is that of `tally verify --offline`; bytes and signatures are two answers and stay two.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from textwrap import indent

from api.commands.demo_changes import CHANGES
from api.commands.demo_sealed import SealedFiles, verify_sealed
from api.commands.outcome import EXIT_DONE, EXIT_FAILED, say
from api.commands.program import program
from api.commands.report_text import VERDICTS, report_text
from ledger.core.evidence.answers import EXIT_ALTERED, AnswerName, Report
from signing.statement import Statement

_PLAINEST = ("bytes.after-seal", "seal.")  # of a "no" about bytes or seal, what a reader can do most with
_SEPARATE = (AnswerName.BYTES, AnswerName.SIGNATURES)


@dataclass(frozen=True)
class Proof:
    """The files, and by name of the signer each statement that was signed."""

    folder: Path
    files: SealedFiles
    statements: Mapping[str, Statement]


def prove(proof: Proof) -> int:
    """Verify the sealed file, hold its first bytes against every statement, and change it; return 0 when all is as it should be."""
    held = [_say_verified(proof), _say_first_bytes(proof), *(_say_changed(proof, name) for name in CHANGES)]
    _say_how_to_repeat(proof)
    return EXIT_DONE if all(held) else EXIT_FAILED


def _say_verified(proof: Proof) -> bool:
    report = verify_sealed(proof.files)
    say(f"6  sealed      {len(proof.files.sealed):,} bytes: contract, evidence, seal and time stamps in one file")
    if report.self_operated:
        say("               (log, chain and time-stamp authority are local: self-operated, not independent)")
    say("7  verified    tally verify sealed.pdf --offline:")
    say(indent(report_text(report, "en"), "   "))
    return report.exit_code == EXIT_DONE


def _say_first_bytes(proof: Proof) -> bool:
    length = next(iter(proof.statements.values())).document_bytes
    found = hashlib.sha256(proof.files.sealed[:length]).digest()
    say(f"8  first bytes head -c {length} sealed.pdf | sha256sum")
    say(f"               {found.hex()}")
    equal = {
        name: (one.document_sha256, one.document_bytes) == (found, length) for name, one in proof.statements.items()
    }
    for name, one in proof.statements.items():
        say(f"               {one.document_sha256.hex()}  {'=' if equal[name] else 'DIFFERS'}  signed by {name}")
    return all(equal.values())


def _say_changed(proof: Proof, name: str) -> bool:
    """Change the file, keep it, and say the two answers about it."""
    change = CHANGES[name]
    data = change.of(proof.files.sealed)
    (proof.folder / change.file).write_bytes(data)
    report = verify_sealed(SealedFiles(data, proof.files.evidence, proof.files.trust))
    say(f"9  changed     {name} ({change.file}):")
    for question in _SEPARATE:
        _say_answer(report, question)
    refused = report.exit_code == EXIT_ALTERED
    say("   → refused." if refused else "   → this is NOT as it should be.")
    return refused


def _say_answer(report: Report, question: AnswerName) -> None:
    reasons = report[question].reasons
    reason = next((one for one in reasons if one.code.startswith(_PLAINEST)), reasons[0])
    say(
        f"   {question.value:>2} {VERDICTS['en'][reason.verdict]:<12} {report[question].title('en')}: {reason.text('en')}"
    )


def _say_how_to_repeat(proof: Proof) -> None:
    tally = program()
    folder = proof.folder
    length = next(iter(proof.statements.values())).document_bytes
    material = f"--receipt {folder}/sealed.evidence.json --trust {folder}/sealed.trust.json --offline"
    say("\nRepeat it:")
    for file in ("sealed.pdf", *(change.file for change in CHANGES.values())):
        say(f"  {tally} verify {folder}/{file} {material}")
    say(f"  head -c {length} {folder}/sealed.pdf | sha256sum")
