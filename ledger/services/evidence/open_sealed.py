"""Take a sealed file apart for the verifier: the evidence inside it, and what the strict inspection says under a trust policy.

Promises: no network, no database; the PDF is parsed only in a process of its own (signing.pdf.inspect_sealed). `tally verify` and
the service ask the same function. Leaves the answers to ledger.core.evidence.
"""

import hashlib
from datetime import datetime
from functools import partial

from ledger.core.evidence.document_answer import FileFacts
from ledger.core.evidence.seal_answer import SealedFile
from ledger.core.evidence.sealed_file import SealedEvidence, contract_of, find_evidence, looks_sealed
from ledger.core.evidence.trust_seals import TrustedSeals
from signing.pdf.inspect_sealed import SealInspection, SealTrust, inspect_sealed


def open_sealed(data: bytes, seals: TrustedSeals | None, *, now: datetime) -> FileFacts | SealedFile:
    """Return the file's facts, with those of its seal where it claims to have one; `now` is when the seal is judged."""
    facts = FileFacts(hashlib.sha256(data).digest(), len(data))
    if not looks_sealed(data):
        return facts
    evidence = find_evidence(data)
    inspection = None if seals is None else _inspect(data, seals, evidence, now)
    return SealedFile(file=facts, prefix=partial(contract_of, data), evidence=evidence, inspection=inspection)


def _inspect(data: bytes, seals: TrustedSeals, evidence: SealedEvidence | None, now: datetime) -> SealInspection:
    trust = SealTrust(
        roots=seals.roots, time_stamp_roots=seals.time_stamp_roots, revocation_lists=seals.revocation_lists
    )
    return inspect_sealed(data, trust, at=now, document=evidence.contract.sha256 if evidence else None)
