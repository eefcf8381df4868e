"""The walk's last step: the sealed file that every party gets, and the two answers about it that are never merged."""

import time
from pathlib import Path
from typing import Final

from api.commands.client import Client
from api.commands.outcome import say
from api.wiring import ids
from ledger.core.evidence.answers import AnswerName
from ledger.core.evidence.trust import parse_trust
from ledger.core.evidence.verify_file import verify
from ledger.errors import Unavailable
from ledger.services.evidence.open_sealed import open_sealed

SEAL_SECONDS: Final = 40.0
_POLL_SECONDS = 0.25
_QUESTIONS = (AnswerName.BYTES, AnswerName.SIGNATURES)
_SHOWN = ("bytes.contract-inside", "bytes.sealed-version", "bytes.no-sealed-version", "seal.valid", "seal.refused")


def show_sealed(client: Client, public: Client, folder: Path, agreement_id: str) -> int | None:
    """Keep and verify the sealed file, and return the verifier's exit code; None where the seal is not there in time."""
    path = f"/v1/agreements/{agreement_id}"
    deadline = time.monotonic() + SEAL_SECONDS
    while (state := client.get(path)["state"]) != "complete" and time.monotonic() < deadline:
        time.sleep(_POLL_SECONDS)
    if state != "complete":
        say(f"7  sealed      not yet: the agreement is {state}; `tally agreement show` says what it waits for")
        return None
    sealed, trust = client.get_bytes(f"{path}/sealed"), public.get_bytes("/v1/trust")
    evidence = _covered(client, f"{path}/evidence")
    for name, data in (("sealed.pdf", sealed), ("sealed.evidence.json", evidence), ("sealed.trust.json", trust)):
        (folder / name).write_bytes(data)
    policy = parse_trust(trust)
    report = verify(open_sealed(sealed, policy.seals, now=ids.now()), evidence, policy, now=ids.now())
    say(f"7  sealed      {len(sealed):,} bytes: contract, evidence, seal and time stamps in one file:")
    shown = {reason.code: (question, reason) for question in _QUESTIONS for reason in report[question].reasons}
    for question, reason in (shown[code] for code in _SHOWN if code in shown):
        say(f"   {question.value:>2} {reason.verdict:<12} {reason.text('en')}")
    return report.exit_code


def _covered(client: Client, path: str) -> bytes:
    """Return the evidence once a checkpoint covers the seal's own entry."""
    for _ in range(40):
        try:
            return client.get_bytes(path)
        except Unavailable:
            time.sleep(_POLL_SECONDS)
    return client.get_bytes(path)
