"""Judges one sealed PDF: every rule is tried, and every reason that applies is named.

Promises: whatever the parsers throw becomes a reason; the answer holds plain values only.
Leaves to others: what the answer means for people (signing.pdf.inspect_sealed), and what is newer than the file.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from itertools import chain
from typing import Any, TypeAlias

import pikepdf
from asn1crypto import x509
from pyhanko.sign.diff_analysis import DiffResult, ModificationLevel

from signing.pdf.child import looks, sealed_changes
from signing.pdf.child.active import check_objects
from signing.pdf.child.bombs import check_sizes
from signing.pdf.child.findings import TOO_MUCH, Findings, Refused
from signing.pdf.child.frame import check_frame
from signing.pdf.child.hybrid import check_hybrid
from signing.pdf.child.open_strictly import check_repairs, open_strictly
from signing.pdf.child.page_boxes import check_boxes
from signing.pdf.child.page_tree import pages_of
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
from signing.pdf.child.second_reader import check_second_reader

Answer: TypeAlias = dict[str, object]
Run: TypeAlias = Callable[..., Any]


def judge_sealed(data: bytes, question: Question, run: Run) -> Answer:
    """Return the answer on these bytes: reasons, and what was found on the way as far as it could be read.

    `run` runs a coroutine to its end.
    """
    findings, answer = Findings(), Answer()
    try:
        _judge(data, question, run, findings, answer)
    except Refused as refused:
        findings.add(refused.code, refused.detail)
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - outermost edge of this process: no error of a parser may pass a file
        findings.add("sealed.malformed", f"{type(error).__name__}: {error}")
    return {**answer, "reasons": findings.as_list()}


def _judge(data: bytes, question: Question, run: Run, findings: Findings, answer: Answer) -> None:
    check_frame(data, findings)
    if "pdf.not-a-pdf" in findings.found:
        return
    with open_strictly(data) as pdf:
        check_objects(pdf, findings, signed=True)
        pages = pages_of(pdf, question.max_pages)
        answer["pages"] = len(pages)
        check_repairs(pdf, findings)
        check_sizes(pdf, findings)
        shapes = check_boxes(pages, findings)
        if findings.codes() & TOO_MUCH:
            return
        reader = check_second_reader(data, chain((pdf.Root,), reachable(pdf, pages)), shapes, findings)
        if reader is None:
            return
        check_hybrid(data, pdf, question.max_pages, findings)
        signatures = find_signatures(pdf, reader, findings)
        answer["covers_whole_file"] = check_coverage(data, signatures, findings)
        check_seal_form(reader, signatures, findings)
        check_containers((signatures.seal, *signatures.stamps), findings)
        _check_worth(signatures, question, run, findings, answer)
        _check_after(data, pdf, signatures, question, findings)
        answer.update(_check_r0(data, pdf, signatures, question, findings))


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


def _check_after(data: bytes, pdf: pikepdf.Pdf, signatures: Signatures, question: Question, findings: Findings) -> None:
    """Find anything above updates for long-term archiving in the revisions after the seal: by our comparison and by pyHanko's."""
    with open_strictly(data[: covered_length(signatures.seal)]) as sealed:
        try:
            sealed_changes.compare_after(sealed, pdf, question.max_pages)
        except sealed_changes.Changed as changed:
            findings.add("sealed.changed-after", changed)
    for signature in (signatures.seal, *signatures.stamps):
        with suppress(KeyError):  # a reference to nothing, which is allowed: pyHanko cannot compare beyond it
            signature.compute_integrity_info()
            result: object = signature.diff_result
            if not isinstance(result, DiffResult) or result.modification_level > ModificationLevel.LTA_UPDATES:
                findings.add("sealed.changed-after", f"after revision {signature.signed_revision}")


def _check_r0(data: bytes, pdf: pikepdf.Pdf, signatures: Signatures, question: Question, findings: Findings) -> Answer:
    end = int(signatures.seal.byte_range[1])
    try:
        prefix = sealed_changes.find_r0(data, end, pdf, question)
    except sealed_changes.Changed as changed:
        findings.add("sealed.changed-before", changed)
        return {}
    different = looks.first_difference(data[: prefix.length], data)
    if different is not None:
        findings.add("sealed.looks-different", f"page {different}")
    return {"r0_length": prefix.length, "r0_sha256": prefix.digest.hex(), "same_look": different is None}


def _certificate(certificate: x509.Certificate) -> dict[str, object]:
    return {
        "subject": certificate.subject.human_friendly,
        "sha256": certificate.sha256.hex(),
        "until": _time(certificate.not_valid_after),
        "point": point_of(certificate).hex(),
    }


def point_of(certificate: x509.Certificate) -> bytes:
    """Return x‖y of a certificate's key on P-256, nothing of another kind: by this a registry of keys knows it."""
    info = certificate.public_key
    on_p256 = info.algorithm == "ec" and info.curve == ("named", "secp256r1")
    return bytes(info["public_key"].native[1:]) if on_p256 else b""


def _time(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
