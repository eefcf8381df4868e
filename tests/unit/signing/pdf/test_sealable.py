"""Uploads that everybody could sign and nobody could ever seal."""

from collections.abc import Callable

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, String

from signing.pdf.child import sealable
from signing.pdf.child.uploads import judge_upload
from support.sealed_pdfs import attached
from support.small_pdfs import raw_page, small_pdf

Change = Callable[[pikepdf.Pdf], None]


def codes(data: bytes) -> list[str]:
    reasons = judge_upload(data, max_pages=500)["reasons"]
    assert isinstance(reasons, list)
    return [code for code, _ in reasons]


def form(*fields: Dictionary) -> Change:
    return lambda pdf: pdf.Root.__setitem__("/AcroForm", Dictionary(Fields=Array(map(pdf.make_indirect, fields))))


def note(**names: String) -> Change:
    plain = {"/Type": Name.Annot, "/Subtype": Name.Link, "/Rect": Array([0, 0, 9, 9]), "/Border": Array([0, 0, 0])}
    annotation = Dictionary({**plain, **{f"/{name}": text for name, text in names.items()}})
    return lambda pdf: pdf.pages[0].__setitem__("/Annots", Array([pdf.make_indirect(annotation)]))


def in_catalog(name: str, value: pikepdf.Object) -> Change:
    return lambda pdf: pdf.Root.__setitem__(name, value)


@pytest.mark.parametrize(
    "change",
    [
        form(Dictionary(FT=Name.Sig, T=String("TallystickSeal"))),
        form(Dictionary(FT=Name.Tx, T=String("TallystickArchive2"))),
        form(Dictionary(T=String("a"), Kids=Array([Dictionary(FT=Name.Sig, T=String("TallystickSeal"))]))),
        note(NM=String("TallystickSeal")),
        note(T=String("TallystickSeal")),
        in_catalog("/Perms", Dictionary()),
        in_catalog("/DSS", Dictionary(Certs=Array())),
        in_catalog("/AcroForm", Array()),
        in_catalog("/Extensions", Array()),
        in_catalog("/AF", Dictionary(Type=Name.Filespec)),
        in_catalog("/Names", Dictionary(EmbeddedFiles=Array())),
    ],
)
def test_what_stands_in_the_way_of_the_seal_is_refused_at_the_door(change: Change) -> None:
    assert "pdf.cannot-be-sealed" in codes(small_pdf(change))


def test_attachment_with_the_name_of_the_evidence_is_refused_and_another_is_not() -> None:
    assert codes(attached(small_pdf())) == ["pdf.cannot-be-sealed"]
    assert codes(attached(small_pdf(), name="terms.json")) == []


def test_empty_signature_field_and_link_of_another_name_pass() -> None:
    assert codes(small_pdf(form(Dictionary(FT=Name.Sig, T=String("Borrower"))))) == []
    assert codes(small_pdf(note(NM=String("link-1")))) == []


def test_too_little_memory_for_the_trial_is_no_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    def exhausted(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(sealable, "attach", exhausted)
    with pytest.raises(MemoryError):
        codes(small_pdf())


def test_file_whose_sealed_form_would_be_refused_is_refused_at_the_door() -> None:
    """PyPDF2 has written files whose form and document information are one object: an update of one changes the other."""

    def shared(pdf: pikepdf.Pdf) -> None:
        both = pdf.make_indirect(Dictionary(Fields=Array(), Producer=String("PyPDF2")))
        pdf.Root["/AcroForm"] = pdf.trailer["/Info"] = both

    assert codes(small_pdf(shared)) == ["pdf.cannot-be-sealed"]


def test_form_that_asks_readers_to_draw_fields_anew_passes() -> None:
    assert codes(small_pdf(in_catalog("/AcroForm", Dictionary(Fields=Array(), NeedAppearances=True)))) == []


def test_annotation_written_into_the_list_of_its_page_passes() -> None:
    link = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array([0, 0, 9, 9]), Border=Array([0, 0, 0]))

    assert codes(small_pdf(lambda pdf: pdf.pages[0].__setitem__("/Annots", Array([link])))) == []


def test_file_of_many_objects_is_compared_by_us_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealable, "above_archiving", lambda _: "more than a time stamp")
    many = [b"<</A %d>>" % number for number in range(2_001)]

    assert codes(raw_page(b"<</Length 0>>stream\n\nendstream")) == ["pdf.cannot-be-sealed"]
    assert codes(raw_page(b"<</Length 0>>stream\n\nendstream", *many)) == []


def test_file_that_looks_otherwise_once_it_has_an_update_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealable, "first_difference", lambda *_: 1)

    assert codes(small_pdf()) == ["pdf.cannot-be-sealed"]
    assert codes(small_pdf(pages=21)) == []  # long files are drawn when they are sealed
