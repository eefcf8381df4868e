"""What the seal of a file is worth, and what its certificate and time stamps say: all that pyHanko judges.

Promises: the second parser reads every object that pages show before anything of it is believed; a companion is told where the seal
stands as soon as that is known.
Leaves to others: the rules for signature objects (sealed_objects), containers (sealed_cms) and times (sealed_time, sealed_later).
"""

import hashlib
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import TypeAlias

import pikepdf
from asn1crypto import x509

from signing.pdf.child.archiving import above_archiving
from signing.pdf.child.companion import Companion, Run
from signing.pdf.child.findings import Findings
from signing.pdf.child.guarded import guarded
from signing.pdf.child.hybrid import check_hybrid
from signing.pdf.child.looks import Shape
from signing.pdf.child.question import Question
from signing.pdf.child.reach import reachable
from signing.pdf.child.sealed_cms import check_containers
from signing.pdf.child.sealed_later import check_later
from signing.pdf.child.sealed_objects import (
    Signatures,
    check_coverage,
    check_seal_form,
    covered_length,
    find_signatures,
)
from signing.pdf.child.sealed_time import Judged, embedded_evidence, judge_in_time
from signing.pdf.child.sealed_versions import Place
from signing.pdf.child.second_reader import check_second_reader

Answer: TypeAlias = dict[str, object]


@dataclass(frozen=True)
class File:
    """One file as the first parser has it, its pages walked and measured."""

    data: bytes
    pdf: pikepdf.Pdf
    pages: list[pikepdf.Object]
    shapes: list[Shape | None]


def judge_seal(
    file: File, question: Question, run: Run, companion: Companion, answer: Answer
) -> tuple[Findings, Findings]:
    """Return the reasons against the seal, and those that pyHanko has against the revisions after it."""
    seal, after = Findings(), Findings()
    with guarded(seal):
        signatures = _found(file, question, seal)
        if signatures is not None:
            answer["covers_whole_file"] = check_coverage(file.data, signatures, seal)
            _tell(companion, signatures)
            check_seal_form(signatures.seal.reader, signatures, seal)
            check_containers((signatures.seal, *signatures.stamps), seal)
            _check_worth(signatures, question, run, seal, answer)
            with guarded(after):
                _check_after(signatures, after)
    return seal, after


def _found(file: File, question: Question, findings: Findings) -> Signatures | None:
    shown = chain((file.pdf.Root,), reachable(file.pdf, file.pages))
    reader = check_second_reader(file.data, shown, file.shapes, findings)
    if reader is None:
        return None
    check_hybrid(file.data, file.pdf, question.max_pages, findings)
    return find_signatures(file.pdf, reader, findings)


def _tell(companion: Companion, signatures: Signatures) -> None:
    with suppress(TypeError, ValueError, IndexError):  # a byte range that is none is a reason by itself
        place = Place(begins=int(signatures.seal.byte_range[1]), covers=covered_length(signatures.seal))
        companion.tell(place.written())


def _check_worth(signatures: Signatures, question: Question, run: Run, findings: Findings, answer: Answer) -> None:
    evidence = embedded_evidence(signatures.seal.reader)
    judged: list[Judged] = run(judge_in_time(signatures, evidence, question, findings))
    revocation = check_later(judged, evidence.known_certs, question, findings)
    stamped = any(one.kind == "signature" for one in judged)
    if not stamped:
        findings.add("sealed.no-time-stamp")
    if not signatures.stamps:
        findings.add("sealed.no-archive-time-stamp")
    answer["intact"] = judged[0].holds
    answer["claimed_at"] = _time(signatures.seal.self_reported_timestamp)
    answer["level"] = _level(stamped=stamped, evidence=bool(evidence.known_certs), archived=bool(signatures.stamps))
    answer["judged"] = [
        {"kind": one.kind, "holds": one.holds, "at": _time(one.at), **_certificate(one.certificate)} for one in judged
    ]
    answer["revocation"] = revocation.state
    answer["revocation_reason"] = revocation.reason
    answer["revoked_since"] = _time(revocation.since)


def _level(*, stamped: bool, evidence: bool, archived: bool) -> str:
    """Return the PAdES baseline level whose parts are there; whether they hold is another question."""
    if not stamped:
        return "B-B"
    if not evidence:
        return "B-T"
    return "B-LTA" if archived else "B-LT"


def _check_after(signatures: Signatures, findings: Findings) -> None:
    """Find anything above updates for long-term archiving in the revisions after the seal, by pyHanko's comparison."""
    for signature in (signatures.seal, *signatures.stamps):
        with suppress(KeyError):  # a reference to nothing, which is allowed: pyHanko cannot compare beyond it
            signature.compute_integrity_info()
            if above_archiving(signature.diff_result):
                findings.add("sealed.changed-after", f"after revision {signature.signed_revision}")


def _certificate(certificate: x509.Certificate) -> dict[str, object]:
    return {
        "subject": certificate.subject.human_friendly,
        "sha256": certificate.sha256.hex(),
        "until": _time(certificate.not_valid_after),
        "key": key_of(certificate).hex(),
    }


def key_of(certificate: x509.Certificate) -> bytes:
    """Return x‖y of a certificate's key on P-256, of another kind the SHA-256 of its SubjectPublicKeyInfo: a registry knows it by this."""
    info = certificate.public_key
    on_p256 = info.algorithm == "ec" and info.curve == ("named", "secp256r1")
    return bytes(info["public_key"].native[1:]) if on_p256 else hashlib.sha256(info.dump()).digest()


def _time(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
