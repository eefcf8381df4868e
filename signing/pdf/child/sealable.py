"""Whether a contract could be sealed once all have signed it: better refused at the door than stuck behind four signatures.

Promises: what the seal adds is added here once, without a signature, to a copy in memory, and the copy is held to the rules for what a
seal may change; whatever stands in its way is a finding.
Leaves to others: the seal itself (signing.pdf.seal), and everything that is wrong with a file for other reasons.
"""

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pikepdf
from pyhanko.pdf_utils.generic import DictionaryObject, pdf_name
from pyhanko.sign.diff_analysis import DEFAULT_DIFF_POLICY
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, append_signature_field, ensure_sig_flags

from signing.errors import DocumentRefused
from signing.pdf.attachments import Attachment, attach
from signing.pdf.child.archiving import above_archiving
from signing.pdf.child.fields import fields_of
from signing.pdf.child.findings import Findings
from signing.pdf.child.looks import first_difference
from signing.pdf.child.object_streams import IndexedReader
from signing.pdf.child.open_strictly import open_strictly, without_source
from signing.pdf.child.sealed_changes import Changed, compare
from signing.pdf.seal_names import ARCHIVE_FIELD, EVIDENCE_NAME, SEAL_FIELD
from signing.pdf.update import Update

CODE = "pdf.cannot-be-sealed"
_NAMES = ("/T", "/NM")  # of a field, and of an annotation
_DICTIONARIES = ("/AcroForm", "/Extensions")  # of the catalog, which the seal extends
_OF_A_SEAL = ("/DSS", "/Perms")  # of the catalog: a file that nobody signed has no use for them
_DRAWN, _COMPARED = 20, 2_000  # pages that are drawn here too, objects that pyHanko compares too: more costs seconds
_AT = datetime(2000, 1, 1, tzinfo=UTC)


def check_sealable(data: bytes, pdf: pikepdf.Pdf, pages: list[pikepdf.Object], findings: Findings) -> None:
    """Find names that the seal will take, remains of another seal, and parts of the file that it could not extend."""
    for name in _names(pdf, pages):
        if name == SEAL_FIELD or name.startswith(ARCHIVE_FIELD):
            findings.add(CODE, f"a field or annotation called {name}")
    for part in _OF_A_SEAL:
        if part in pdf.Root:
            findings.add(CODE, f"{part} in the catalog, as a signed file has it")
    for part in _DICTIONARIES:
        if not isinstance(pdf.Root.get(part, pikepdf.Dictionary()), pikepdf.Dictionary):
            findings.add(CODE, f"{part} in the catalog is no dictionary")
    if not findings.found:  # a file that is refused anyway may break any parser
        _try(data, pdf, len(pages), findings)


def _names(pdf: pikepdf.Pdf, pages: list[pikepdf.Object]) -> Iterator[str]:
    for one in _named(pdf, pages):
        yield from (str(one[key]) for key in _NAMES if isinstance(one.get(key), pikepdf.String))


def _named(pdf: pikepdf.Pdf, pages: list[pikepdf.Object]) -> Iterator[pikepdf.Object]:
    form = pdf.Root.get("/AcroForm")
    if isinstance(form, pikepdf.Dictionary):
        yield from (field for field, _ in fields_of(form.get("/Fields")))
    for page in pages:
        annotations = page.get("/Annots")
        if isinstance(annotations, pikepdf.Array):
            yield from (one for one in annotations if isinstance(one, pikepdf.Dictionary))


def _try(data: bytes, pdf: pikepdf.Pdf, pages: int, findings: Findings) -> None:
    try:
        _seal_without_signature(data, pdf, pages)
    except DocumentRefused as refused:
        findings.add(CODE, refused.message)
    except Changed as changed:
        findings.add(CODE, f"an update of it would not hold: {changed}")
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever the library raises here, it would raise when the file is sealed
        findings.add(CODE, without_source(error))


def _seal_without_signature(data: bytes, pdf: pikepdf.Pdf, pages: int) -> None:
    """Make a copy with what the seal and its time stamp add; raise Changed where a sealed file would be refused for it."""
    sealed = _extended(data, SEAL_FIELD, "/Sig", with_evidence=True)
    archived = _extended(sealed, f"{ARCHIVE_FIELD}1", "/DocTimeStamp", with_evidence=False)
    with open_strictly(archived) as final:
        compare(pdf, final, pages)
    if len(pdf.objects) <= _COMPARED:
        _compare_by_library(archived)
    different = first_difference(data, archived) if pages <= _DRAWN else None
    if different is not None:
        raise Changed(f"page {different} looks different")


def _extended(data: bytes, field: str, kind: str, *, with_evidence: bool) -> bytes:
    writer: Any = Update(BytesIO(data), strict=False)
    if with_evidence:
        attach(
            writer, Attachment(name=EVIDENCE_NAME, media_type="application/json", description="", data=b"{}", at=_AT)
        )
    append_signature_field(writer, SigFieldSpec(field))
    ensure_sig_flags(writer)
    made = writer.root["/AcroForm"]["/Fields"][-1]
    made[pdf_name("/V")] = writer.add_object(DictionaryObject({pdf_name("/Type"): pdf_name(kind)}))
    written = BytesIO()
    writer.write(written)
    return written.getvalue()


def _compare_by_library(data: bytes) -> None:
    """Raise Changed unless pyHanko, too, finds nothing but a time stamp in the last revision."""
    reader = IndexedReader(BytesIO(data), strict=False)
    old = reader.get_historical_resolver(reader.xrefs.total_revisions - 2)
    with suppress(KeyError):  # a reference to nothing, as for a sealed file (sealed_seal)
        problem = above_archiving(DEFAULT_DIFF_POLICY.review_file(reader, old, doc_mdp=MDPPerm.NO_CHANGES))
        if problem:
            raise Changed(problem)
