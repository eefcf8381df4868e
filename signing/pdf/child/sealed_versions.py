"""What a sealed file is beside R0 and beside its sealed version, and what stands in its objects: all that needs no signature read.

Promises: works in a process of its own (companion), by qpdf and PDFium alone, while the seal is judged by pyHanko; is told only where
the seal stands; every page of R0 and of the whole file is drawn and compared.
Leaves to others: the rules for objects (active), for what was added (sealed_changes) and how pages are drawn (looks).
"""

from dataclasses import dataclass
from typing import cast

import pikepdf

from signing.canonical import Json, decode, encode
from signing.pdf.child import looks, sealed_changes
from signing.pdf.child.active import check_objects
from signing.pdf.child.companion import Told
from signing.pdf.child.findings import Findings
from signing.pdf.child.guarded import guarded
from signing.pdf.child.open_strictly import check_repairs, open_strictly
from signing.pdf.child.question import Question


@dataclass(frozen=True)
class Place:
    """Where the seal stands: its first byte, and the length of the file that it signs."""

    begins: int
    covers: int

    def written(self) -> bytes:
        return encode({"begins": self.begins, "covers": self.covers})


@dataclass(frozen=True)
class Versions:
    """Reasons against objects, reasons against versions, and the part of the answer that speaks of R0 (empty: no R0)."""

    objects: list[list[str]]
    changes: list[list[str]]
    r0: dict[str, Json]

    @classmethod
    def read(cls, written: bytes) -> "Versions":
        return cls(**cast("dict[str, list[list[str]]]", decode(written)))  # type: ignore[arg-type]  # as _written has it


def judge_versions(data: bytes, pdf: pikepdf.Pdf, question: Question, told: Told) -> bytes:
    """Return Versions, written. `told` says where the seal stands, or nothing when there is no seal to speak of."""
    objects, changes, r0 = Findings(), Findings(), dict[str, Json]()
    judge_objects(pdf, objects)
    message = told()
    if message:
        with guarded(changes):
            place = Place(**cast("dict[str, int]", decode(message)))
            _check_after(data[: place.covers], pdf, question, changes)
            r0 = _check_r0(data, place, pdf, question, changes)
    return encode(cast("Json", {"objects": objects.as_list(), "changes": changes.as_list(), "r0": r0}))


def judge_objects(pdf: pikepdf.Pdf, findings: Findings) -> None:
    with guarded(findings):
        check_objects(pdf, findings, signed=True)
        check_repairs(pdf, findings)


def _check_after(sealed: bytes, pdf: pikepdf.Pdf, question: Question, findings: Findings) -> None:
    """Find anything above updates for long-term archiving in the revisions after the seal, by our comparison."""
    with open_strictly(sealed) as first:
        try:
            sealed_changes.compare_after(first, pdf, question.max_pages)
        except sealed_changes.Changed as changed:
            findings.add("sealed.changed-after", changed)


def _check_r0(data: bytes, place: Place, pdf: pikepdf.Pdf, question: Question, findings: Findings) -> dict[str, Json]:
    try:
        prefix = sealed_changes.find_r0(data, place.begins, pdf, question)
    except sealed_changes.Changed as changed:
        findings.add("sealed.changed-before", changed)
        return {}
    different = looks.first_difference(data[: prefix.length], data)
    if different is not None:
        findings.add("sealed.looks-different", f"page {different}")
    return {"r0_length": prefix.length, "r0_sha256": prefix.digest.hex(), "same_look": different is None}
