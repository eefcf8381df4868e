"""Whether a contract could be sealed once all have signed it: better refused at the door than stuck behind four signatures.

Promises: what the seal adds is added here once, without a signature, to a copy in memory; whatever stands in its way is a finding.
Leaves to others: the seal itself (signing.pdf.seal), and everything that is wrong with a file for other reasons.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO

import pikepdf
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigFieldSpec, append_signature_field

from signing.errors import DocumentRefused
from signing.pdf.attachments import Attachment, attach
from signing.pdf.child.fields import fields_of
from signing.pdf.child.findings import Findings
from signing.pdf.child.open_strictly import without_source
from signing.pdf.seal_names import ARCHIVE_FIELD, EVIDENCE_NAME, SEAL_FIELD

CODE = "pdf.cannot-be-sealed"
_NAMES = ("/T", "/NM")  # of a field, and of an annotation
_DICTIONARIES = ("/AcroForm", "/Extensions")  # of the catalog, which the seal extends
_OF_A_SEAL = ("/DSS", "/Perms")  # of the catalog: a file that nobody signed has no use for them
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
        _try(data, findings)


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


def _try(data: bytes, findings: Findings) -> None:
    try:
        writer = IncrementalPdfFileWriter(BytesIO(data), strict=False)
        attach(
            writer, Attachment(name=EVIDENCE_NAME, media_type="application/json", description="", data=b"{}", at=_AT)
        )
        append_signature_field(writer, SigFieldSpec(SEAL_FIELD))
    except DocumentRefused as refused:
        findings.add(CODE, refused.message)
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever the library raises here, it would raise when the file is sealed
        findings.add(CODE, without_source(error))
