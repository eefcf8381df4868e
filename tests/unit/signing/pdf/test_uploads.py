"""The rules for an uploaded PDF, each with files that break it, and files that must pass."""

from collections.abc import Callable
from io import BytesIO

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pikepdf import Array, Dictionary, Name, String

from signing.pdf.child.findings import printable
from signing.pdf.child.uploads import judge_upload
from signing.pdf.reasons import REASONS
from support.shared_data import pdfs
from support.small_pdfs import encrypted_pdf, raw_page, raw_pdf, small_pdf

MAX_PAGES = 500
PUBLISHED = {
    "cfpb__mortgage_closing_forms.pdf": "",
    "pyhanko__form-update-original-ap-type-wrong.pdf": "pdf.already-signed",
    "pyhanko__form-update-override-appearance-stream-sneaky.pdf": "pdf.already-signed",
    "pyhanko__minimal-aes256.pdf": "pdf.encrypted",
    "pyhanko__minimal-rc4.pdf": "pdf.encrypted",
    "pyhanko__minimal-signed-twice-no-sig-type.pdf": "pdf.already-signed",
    "pyhanko__minimal-startxref-hopeless.pdf": "pdf.malformed",
    "pyhanko__minimal-two-pages.pdf": "",
    "pyhanko__one-byterange.pdf": "pdf.already-signed",
    "pyhanko__pdf-sig-with-econtent.pdf": "pdf.already-signed",
    "pyhanko__sig-no-signed-attrs.pdf": "pdf.already-signed",
    "safedocs__Dialect-StreamIsDict.pdf": "pdf.malformed",
    "safedocs__Dual-startxref.pdf": "pdf.malformed",
    "safedocs__LinkAnnot-appearances.pdf": "",
    "safedocs__unicode-test-U2F874-correct.pdf": "pdf.encrypted",
    "verapdf__7.16-t01-pass-a.pdf": "",
    "verapdf__PDFA2b_veraPDF_test_suite_6-1-12-t01-pass-a.pdf": "pdf.already-signed",
    "verapdf__PDFA2b_veraPDF_test_suite_6-1-12-t02-fail-a.pdf": "pdf.already-signed",
}


@pytest.mark.parametrize(("name", "code"), PUBLISHED.items())
def test_published_file_gets_its_verdict(name: str, code: str) -> None:
    assert verdict((pdfs() / name).read_bytes()) == code


def test_every_published_file_has_a_verdict_here() -> None:
    assert {path.name for path in pdfs().glob("*.pdf")} == PUBLISHED.keys()


@pytest.mark.parametrize("pages", [1, 3])
def test_plain_pdf_passes_with_its_pages(pages: int) -> None:
    assert judge_upload(small_pdf(pages=pages), max_pages=MAX_PAGES) == {"reasons": [], "pages": pages}


def test_page_limit_is_kept() -> None:
    assert verdict(small_pdf(pages=3), max_pages=3) == ""
    assert verdict(small_pdf(pages=4), max_pages=3) == "pdf.too-many-pages"
    assert verdict(raw_pdf(b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 0/Kids[]>>")) == "pdf.no-pages"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"x", "pdf.not-a-pdf"),
        (b"PK\x03\x04" + bytes(100), "pdf.not-a-pdf"),
        (b"%PDF-3.0\n%%EOF", "pdf.not-a-pdf"),
        (b"%PDF-1.7", "pdf.not-a-pdf"),
        (b"%PDF-1.7\n", "pdf.malformed"),
        (b"%PDF-1.7\n%%EOF", "pdf.malformed"),
        (b"MZ" + small_pdf(), "pdf.trailing-data"),
        (b"\n" + small_pdf(), "pdf.trailing-data"),
        (small_pdf() + b"<script>", "pdf.trailing-data"),
        (small_pdf() + b"\x00", "pdf.trailing-data"),
        (small_pdf() + b"\n" * 2000, "pdf.trailing-data"),
        (small_pdf() + b"\n" * 100, "pdf.malformed"),
        (small_pdf().replace(b"%%EOF", b"x%%EOF"), "pdf.malformed"),
        (small_pdf().replace(b"startxref", b"startxref\n9\nstartxref"), "pdf.malformed"),
    ],
)
def test_bytes_that_are_not_one_whole_pdf_are_refused(data: bytes, code: str) -> None:
    assert verdict(data) == code


@pytest.mark.parametrize("user", ["", "secret"])
def test_encrypted_pdf_is_refused_with_and_without_a_password_to_open_it(user: str) -> None:
    assert verdict(encrypted_pdf(user=user, owner="owner")) == "pdf.encrypted"


def test_file_cut_anywhere_is_refused() -> None:
    whole = (pdfs() / "pyhanko__minimal-two-pages.pdf").read_bytes()

    assert {verdict(whole[:cut]) for cut in range(1, len(whole.rstrip()), 7)} <= {"pdf.malformed", "pdf.not-a-pdf"}


def test_large_form_of_several_revisions_cut_within_one_is_refused() -> None:
    whole = (pdfs() / "cfpb__mortgage_closing_forms.pdf").read_bytes()

    for cut in range(20, len(whole) - 20, 31_001):
        assert verdict(whole[:cut]) in {"pdf.malformed", "pdf.trailing-data"}


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 10_000), st.binary(min_size=1, max_size=12))
def test_overwritten_bytes_never_escape_the_table_of_reasons(place: int, noise: bytes) -> None:
    whole = small_pdf(pages=2)
    place %= len(whole)

    assert verdict(whole[:place] + noise + whole[place + len(noise) :]) in {"", *REASONS}


@given(st.binary(max_size=300))
def test_random_bytes_are_refused(data: bytes) -> None:
    assert verdict(data) == "pdf.not-a-pdf"
    assert verdict(b"%PDF-1.7\n" + data) in {"pdf.malformed", "pdf.trailing-data"}


def in_catalogue(key: str, value: pikepdf.Object) -> Callable[[pikepdf.Pdf], None]:
    def change(pdf: pikepdf.Pdf) -> None:
        pdf.Root[key] = value

    return change


def on_page(**annotation: pikepdf.Object) -> Callable[[pikepdf.Pdf], None]:
    def change(pdf: pikepdf.Pdf) -> None:
        entry = Dictionary(
            {"/Type": Name.Annot, "/Rect": Array([0, 0, 9, 9])}
            | {f"/{key}": value for key, value in annotation.items()}
        )
        pdf.pages[0].obj["/Annots"] = Array([entry])

    return change


def orphan(value: Dictionary) -> Callable[[pikepdf.Pdf], None]:
    return in_catalogue("/Anything", Array([Array([value])]))


def attached(name: str, data: bytes) -> Callable[[pikepdf.Pdf], None]:
    def change(pdf: pikepdf.Pdf) -> None:
        pdf.attachments[name] = pikepdf.AttachedFileSpec(pdf, data, filename=name)

    return change


def stream_elsewhere(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].obj["/Contents"] = pdf.make_stream(b"", F=String("/etc/passwd"))


def embedded_number(pdf: pikepdf.Pdf) -> None:
    pdf.Root["/Anything"] = Dictionary(EF=Dictionary(F=7))


ACTIONS = [
    "JavaScript",
    "Launch",
    "SubmitForm",
    "ImportData",
    "GoToE",
    "GoToR",
    "Rendition",
    "RichMediaExecute",
    "SetOCGState",
    "Hide",
]


@pytest.mark.parametrize("action", ACTIONS)
def test_action_that_acts_is_refused_wherever_it_stands(action: str) -> None:
    entry = Dictionary(S=Name("/" + action))

    for change in (in_catalogue("/OpenAction", entry), on_page(Subtype=Name.Link, A=entry), orphan(entry)):
        assert verdict(small_pdf(change)) == "pdf.active-content"


@pytest.mark.parametrize(
    "change",
    [
        in_catalogue(
            "/Names", Dictionary(JavaScript=Dictionary(Names=[String("a"), Dictionary(JS=String("app.alert(1)"))]))
        ),
        in_catalogue("/AcroForm", Dictionary(Fields=[], XFA=String("<xdp/>"))),
        on_page(Subtype=Name.RichMedia),
        on_page(Subtype=Name.Screen),
        on_page(Subtype=Name("/3D")),
        attached("setup.exe", b"harmless"),
        attached("terms.pdf.JS", b"harmless"),
        attached("notes.exe. ", b"harmless"),
        attached("terms.txt", b"MZ\x90\x00"),
        attached("terms.txt", b"\x7fELF\x02"),
        attached("terms.txt", b"#!/bin/sh"),
        stream_elsewhere,
    ],
)
def test_script_media_form_program_or_foreign_stream_is_refused(change: Callable[[pikepdf.Pdf], None]) -> None:
    assert verdict(small_pdf(change)) == "pdf.active-content"


@pytest.mark.parametrize(
    "change",
    [
        on_page(Subtype=Name.Link, A=Dictionary(S=Name.URI, URI=String("https://example.org"))),
        in_catalogue("/OpenAction", Dictionary(S=Name.GoTo, D=String("start"))),
        on_page(Subtype=Name.Widget, FT=Name.Tx, T=String("name")),
        on_page(Subtype=Name.Widget, FT=Name.Sig, T=String("place for a signature")),
        attached("terms.json", b'{"amount":"100"}'),
        in_catalogue("/Anything", Dictionary(Subtype=Name.Screen)),
        embedded_number,
    ],
)
def test_link_field_empty_signature_field_or_data_attachment_passes(change: Callable[[pikepdf.Pdf], None]) -> None:
    assert verdict(small_pdf(change)) == ""


@pytest.mark.parametrize(
    "value", [Dictionary(Type=Name.Sig), Dictionary(Type=Name.DocTimeStamp), Dictionary(ByteRange=[0, 1, 2, 3])]
)
def test_signature_is_refused_even_where_no_field_shows_it(value: Dictionary) -> None:
    assert verdict(small_pdf(orphan(value))) == "pdf.already-signed"


def test_nested_arrays_of_a_hostile_depth_are_refused() -> None:
    assert verdict(raw_page(b"[" * 100_000 + b"]" * 100_000)) == "pdf.malformed"


@pytest.mark.parametrize("kids", [b"[2 0 R]", b"[3 0 R 3 0 R]", b"[99 0 R]", b"7"])
def test_page_tree_that_needs_repair_is_refused(kids: bytes) -> None:
    tree = b"<</Type/Pages/Count 1/Kids %b>>" % kids
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Resources<<>>>>"

    assert verdict(raw_pdf(b"<</Type/Catalog/Pages 2 0 R>>", tree, page)) in {"pdf.malformed", "pdf.no-pages"}


@pytest.mark.parametrize(
    "content",
    [
        b"<</Length 3/Filter/FlateDecode>>stream\nabc\nendstream",
        b"<</Length 999>>stream\nabc\nendstream",
        b"<</Filter/FlateDecode/Length 0 /DecodeParms<</Predictor 99>>>>stream\n\nendstream",
        b"<</Length 4>>stream\n(((( \nendstream",
        b"(text in place of a stream)",
    ],
)
def test_stream_that_does_not_decode_or_parse_is_refused(content: bytes) -> None:
    assert verdict(raw_page(content)) == "pdf.malformed"


def test_attachment_that_does_not_decode_is_refused() -> None:
    broken = b"<</Length 3/Filter/FlateDecode>>stream\nabc\nendstream"
    spec = b"<</Type/Filespec/F(a.txt)/EF<</F 5 0 R>>>>"

    assert verdict(raw_page(b"<</Length 0>>stream\n\nendstream", broken, spec)) == "pdf.malformed"


def test_cross_reference_count_that_is_one_too_high_is_harmless() -> None:
    plain = raw_page(b"<</Length 0>>stream\n\nendstream")

    assert verdict(plain) == ""
    assert verdict(plain.replace(b"/Size 5", b"/Size 6")) == ""


def test_detail_shows_neither_control_characters_nor_much() -> None:
    assert printable("a\x1b[31m\nü" + "b" * 500) == "a?[31m??" + "b" * 152


def test_saved_copy_of_a_refused_form_without_its_script_passes() -> None:
    with pikepdf.open(BytesIO(small_pdf(in_catalogue("/OpenAction", Dictionary(S=Name.JavaScript))))) as pdf:
        del pdf.Root["/OpenAction"]
        written = BytesIO()
        pdf.save(written)

    assert verdict(written.getvalue()) == ""


@pytest.mark.parametrize(
    "tree",
    [
        b"<</Type/Pages/Count 1/Kids[<</Type/Page>>]>>",
        b"<</Type/Pages/Count 1/Kids 3 0 R>>",
        b"<</Type/Pages/Count 1/Kids[4 0 R]>>",
        b"<</Type/Pages/Count 2/Kids[3 0 R 2 0 R]>>",
        b"<</Type/Pages/Count -1/Kids[3 0 R]>>",
        b"<</Type/Pages/Count 2000000000/Kids[3 0 R]>>",
        b"<</Type/Pages/Kids[3 0 R]>>",
        b"<</Type/Pages/Count 2/Kids[3 0 R 5 0 R]>>",
    ],
)
def test_page_tree_that_is_no_tree_is_refused(tree: bytes) -> None:
    page, stranger = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Resources<<>>>>", b"<</Type/Font>>"

    elsewhere = page.replace(b"/Parent 2 0 R", b"/Parent 4 0 R")  # it would inherit from there in some readers

    assert verdict(raw_pdf(b"<</Type/Catalog/Pages 2 0 R>>", tree, page, stranger, elsewhere)) == "pdf.malformed"


@pytest.mark.parametrize(
    "loop",
    [
        b"/Outlines 5 0 R",
        b"/StructTreeRoot<</K[<</K 6 0 R>>]>>",
    ],
)
def test_outline_or_structure_that_leads_back_to_itself_is_refused(loop: bytes) -> None:
    pages = b"<</Type/Pages/Count 1/Kids[3 0 R]>>"
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Resources<<>>>>"
    data = raw_pdf(
        b"<</Type/Catalog/Pages 2 0 R%b>>" % loop, pages, page, b"<<>>", b"<</First 5 0 R>>", b"<</K[7 6 0 R]>>"
    )

    assert verdict(data) == "pdf.malformed"


def verdict(data: bytes, *, max_pages: int = MAX_PAGES) -> str:
    """Return the main reason, "" for a file that passed."""
    reasons = judge_upload(data, max_pages=max_pages)["reasons"]
    assert isinstance(reasons, list)
    return str(reasons[0][0]) if reasons else ""
