"""Judges one sealed PDF: every rule is tried, and every reason that applies is named.

Promises: whatever the parsers throw becomes a reason; the answer holds plain values only. pyHanko judges the seal here while a
companion judges the versions of the file by the two other parsers; there is no answer without both. Sizes are measured before either.
Leaves to others: what the answer means for people (signing.pdf.inspect_sealed), and what is newer than the file.
"""

from functools import partial

import pikepdf

from signing.pdf.child.bombs import check_sizes
from signing.pdf.child.companion import Means
from signing.pdf.child.findings import TOO_MUCH, Findings
from signing.pdf.child.frame import check_frame
from signing.pdf.child.guarded import guarded
from signing.pdf.child.open_strictly import open_strictly
from signing.pdf.child.page_boxes import check_boxes
from signing.pdf.child.page_tree import pages_of
from signing.pdf.child.question import Question
from signing.pdf.child.sealed_seal import Answer, File, judge_seal
from signing.pdf.child.sealed_versions import Versions, judge_objects, judge_versions


def judge_sealed(data: bytes, question: Question, means: Means) -> Answer:
    """Return the answer on these bytes: reasons, and what was found on the way as far as it could be read."""
    findings, answer = Findings(), Answer()
    with guarded(findings):
        check_frame(data, findings)
        if "pdf.not-a-pdf" not in findings.found:
            with open_strictly(data) as pdf:
                for code, detail in _judge(data, pdf, question, means, answer):
                    findings.add(code, detail)
    return {**answer, "reasons": findings.as_list()}


def _judge(data: bytes, pdf: pikepdf.Pdf, question: Question, means: Means, answer: Answer) -> list[list[str]]:
    sizes = Findings()
    file = _measured(data, pdf, question, sizes, answer)
    if file is None:
        objects = Findings()
        judge_objects(pdf, objects)
        return [*objects.as_list(), *sizes.as_list()]
    companion = means.begin(partial(judge_versions, data, pdf, question))
    seal, after = judge_seal(file, question, means.run, companion, answer)
    versions = Versions.read(companion.answer())
    answer.update(versions.r0)
    return [*versions.objects, *sizes.as_list(), *seal.as_list(), *versions.changes, *after.as_list()]


def _measured(data: bytes, pdf: pikepdf.Pdf, question: Question, findings: Findings, answer: Answer) -> File | None:
    """Return the file with its pages, None when it is too much to be read further or has no pages that we could walk."""
    with guarded(findings):
        pages = pages_of(pdf, question.max_pages)
        answer["pages"] = len(pages)
        check_sizes(pdf, findings)
        shapes = check_boxes(pages, findings)
        if not findings.codes() & TOO_MUCH:
            return File(data, pdf, pages, shapes)
    return None
