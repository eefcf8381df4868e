"""The walk's last step: the sealed file that every party gets, and the two answers about it that are never merged."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from api.commands.client import Client
from api.commands.outcome import say
from api.wiring import ids
from ledger.core.evidence.answers import AnswerName, Report, Verdict
from ledger.core.evidence.trust import parse_trust
from ledger.core.evidence.verify_file import verify
from ledger.errors import Unavailable
from ledger.services.evidence.open_sealed import open_sealed

SEAL_SECONDS: Final = 40.0
ANCHOR_SECONDS: Final = 10.0
_POLL_SECONDS = 0.25
_QUESTIONS = (AnswerName.BYTES, AnswerName.SIGNATURES)
_SHOWN = ("bytes.contract-inside", "bytes.sealed-version", "bytes.no-sealed-version", "seal.valid", "seal.refused")


@dataclass(frozen=True)
class SealedFiles:
    """The sealed file, the evidence that opens it, and the trust policy under which both are judged."""

    sealed: bytes
    evidence: bytes
    trust: bytes


def show_sealed(client: Client, public: Client, folder: Path, agreement_id: str) -> int | None:
    """Keep and verify the sealed file, and return the verifier's exit code; None where the seal is not there in time."""
    files = fetch_sealed(client, public, folder, agreement_id)
    if files is None:
        return None
    report = verify_sealed(files)
    say(f"7  sealed      {len(files.sealed):,} bytes: contract, evidence, seal and time stamps in one file:")
    shown = {reason.code: (question, reason) for question in _QUESTIONS for reason in report[question].reasons}
    for question, reason in (shown[code] for code in _SHOWN if code in shown):
        say(f"   {question.value:>2} {reason.verdict:<12} {reason.text('en')}")
    return report.exit_code


def fetch_sealed(client: Client, public: Client, folder: Path, agreement_id: str) -> SealedFiles | None:
    """Keep the sealed file, its evidence and the trust policy in the folder; None where the seal is not there in time."""
    path = f"/v1/agreements/{agreement_id}"
    deadline = time.monotonic() + SEAL_SECONDS
    while (state := client.get(path)["state"]) != "complete" and time.monotonic() < deadline:
        time.sleep(_POLL_SECONDS)
    if state != "complete":
        say(f"   sealed      not yet: the agreement is {state}; `tally agreement show` says what it waits for")
        return None
    sealed, evidence = client.get_bytes(f"{path}/sealed"), _covered(client, f"{path}/evidence")
    files = SealedFiles(sealed, evidence, public.get_bytes("/v1/trust"))
    for name, data in (("pdf", sealed), ("evidence.json", evidence), ("trust.json", files.trust)):
        (folder / f"sealed.{name}").write_bytes(data)
    return files


def fetch_anchored(client: Client, public: Client, folder: Path, agreement_id: str) -> SealedFiles | None:
    """Return the sealed files once the seal's own entry is on the chain too, or as they are where that takes long."""
    files = fetch_sealed(client, public, folder, agreement_id)
    deadline = time.monotonic() + ANCHOR_SECONDS
    while files and verify_sealed(files)[AnswerName.CHAIN].verdict is not Verdict.YES and time.monotonic() < deadline:
        time.sleep(_POLL_SECONDS)
        files = fetch_sealed(client, public, folder, agreement_id)
    return files


def verify_sealed(files: SealedFiles) -> Report:
    """Return what the verifier answers, offline."""
    policy = parse_trust(files.trust)
    now = ids.now()
    return verify(open_sealed(files.sealed, policy.seals, now=now), files.evidence, policy, now=now)


def _covered(client: Client, path: str) -> bytes:
    """Return the evidence once a checkpoint covers the seal's own entry."""
    for _ in range(40):
        try:
            return client.get_bytes(path)
        except Unavailable:
            time.sleep(_POLL_SECONDS)
    return client.get_bytes(path)
