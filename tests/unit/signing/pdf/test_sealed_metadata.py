"""Metadata, title and form of a sealed file: they stay as they were read, before the seal and after it."""

from io import BytesIO
from typing import Any

import pikepdf
import pytest
from asn1crypto import x509
from pikepdf import Dictionary, Name
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import DictionaryObject, pdf_name, pdf_string
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.diff_analysis import DiffResult, ModificationLevel, SuspiciousModification

from signing.pdf.child.archiving import above_archiving
from signing.pdf.child.open_strictly import open_strictly
from signing.pdf.child.question import Question, Roots
from signing.pdf.child.sealed import judge_sealed
from signing.pdf.child.sealed_changes import Changed, compare, compare_after
from signing.pdf.child.sealed_metadata import same_metadata
from signing.pdf.seal import seal
from support.in_turn import IN_TURN
from support.sealed_pdfs import CHECKED_AT, attached, contract, honest, sealer, updated
from support.sealing import EVIDENCE, TEXT, seal_tools
from support.small_pdfs import small_pdf

PACKET = """<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="%s" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/" xmp:ModifyDate="%s">
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">%s</rdf:li></rdf:Alt></dc:title></rdf:Description></rdf:RDF></x:xmpmeta>"""


def packet(title: str, about: str = "", changed: str = "2026-11-27T12:00:00Z") -> bytes:
    return (PACKET % (about, changed, title)).encode()


def codes(data: bytes) -> set[str]:
    believed = (x509.Certificate.load(sealer().root),)
    found: dict[str, Any] = judge_sealed(data, Question(Roots(believed, believed), (), CHECKED_AT, 9, None), IN_TURN)
    return {code for code, _ in found["reasons"]}


def retitled(writer: IncrementalPdfFileWriter) -> None:
    stream = generic.StreamObject(
        {pdf_name("/Type"): pdf_name("/Metadata"), pdf_name("/Subtype"): pdf_name("/XML")},
        stream_data=packet("Another loan"),
    )
    writer.root[pdf_name("/Metadata")] = writer.add_object(stream)
    writer.update_root()


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (packet("Loan"), packet("Loan", about="uuid:1", changed="2027-01-01T00:00:00Z"), True),
        (packet("Loan"), packet("Another loan"), False),
        (packet("Loan"), None, False),
        (None, None, True),
        (b"no XMP", b"no XMP", True),
        (b"no XMP", b"no XMP either", False),
        (b"\xff\xfe<", packet("Loan"), False),
        (b"no XMP", None, False),
    ],
)
def test_metadata_are_compared_by_what_they_state(one: bytes | None, other: bytes | None, *, same: bool) -> None:
    with pikepdf.new() as pdf:
        streams = [None if data is None else pdf.make_stream(data) for data in (one, other)]

        assert same_metadata(*streams) is same


def test_other_metadata_between_the_contract_and_its_seal_or_after_it_are_refused() -> None:
    """A reader shows them as the title of its window."""
    assert "sealed.changed-before" in codes(updated(honest(), retitled))
    assert "sealed.changed-after" in codes(updated(honest(), retitled))
    assert codes(sealer().seal(attached(contract()))) == set()


def test_field_for_another_signature_after_the_seal_is_refused() -> None:
    def prepared(writer: IncrementalPdfFileWriter) -> None:
        field = DictionaryObject({pdf_name("/FT"): pdf_name("/Sig"), pdf_name("/T"): pdf_string("Sign here")})
        writer.root["/AcroForm"]["/Fields"].append(writer.add_object(field))
        writer.update_container(writer.root["/AcroForm"]["/Fields"])

    assert "sealed.changed-after" in codes(updated(honest(), prepared))


def test_form_may_gain_no_resources_after_the_seal() -> None:
    with open_strictly(contract()) as first, open_strictly(contract()) as final:
        final.Root["/AcroForm"] = Dictionary(Fields=[], DR=Dictionary(Font=Dictionary()))
        with pytest.raises(Changed, match="after the seal"):
            compare_after(first, final, 9)


def test_seal_may_take_back_that_fields_are_drawn_anew_and_give_no_such_leave() -> None:
    with open_strictly(contract()) as first, open_strictly(contract()) as final:
        first.Root["/AcroForm"] = Dictionary(Fields=[], NeedAppearances=True)
        final.Root["/AcroForm"] = Dictionary(Fields=[])
        compare(first, final, 9)
        with pytest.raises(Changed, match="the form"):
            compare(final, first, 9)


def test_our_seal_writes_neither_title_nor_dates_anew() -> None:
    """The library would enter itself and the time, and write a title in an odd encoding as another one."""

    def titled(pdf: pikepdf.Pdf) -> None:
        pdf.trailer["/Info"] = pdf.make_indirect(
            Dictionary(Title=b"\xfe\xff\x00L\x00o\x00a\x00n\x00\x00", Producer=b"x")
        )
        pdf.Root["/Metadata"] = pdf.make_stream(packet("Loan"), Type=Name.Metadata, Subtype=Name.XML)

    document = small_pdf(titled)
    with (
        pikepdf.open(BytesIO(document)) as first,
        pikepdf.open(BytesIO(seal(document, EVIDENCE, seal_tools(), TEXT).data)) as final,
    ):
        assert bytes(first.trailer["/Info"]["/Title"]) == bytes(final.trailer["/Info"]["/Title"])
        assert first.trailer["/Info"].keys() == final.trailer["/Info"].keys()
        assert first.Root["/Metadata"].read_raw_bytes() == final.Root["/Metadata"].read_raw_bytes()


@pytest.mark.parametrize(
    ("result", "refused"),
    [
        (DiffResult(ModificationLevel.LTA_UPDATES, set()), False),
        (DiffResult(ModificationLevel.FORM_FILLING, set()), True),
        (SuspiciousModification("Array contains direct objects"), False),
        (SuspiciousModification("anything else"), True),
        (None, True),
    ],
)
def test_only_archiving_passes_the_comparison_of_the_library(result: object, *, refused: bool) -> None:
    assert bool(above_archiving(result)) is refused
