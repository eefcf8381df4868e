"""Uploads that readers could understand in two ways, that grow beyond all use, or that show otherwise than they hold."""

import zlib
from collections.abc import Callable
from io import BytesIO

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, String

from signing.pdf.child import bombs
from signing.pdf.child.uploads import judge_upload
from support.small_pdfs import MIB, inflating_pdf, raw_page, raw_pdf, small_pdf

Change = Callable[[pikepdf.Pdf], None]
PLAIN = raw_page(b"<</Length 0>>stream\n\nendstream")


def codes(data: bytes) -> list[str]:
    reasons = judge_upload(data, max_pages=500)["reasons"]
    assert isinstance(reasons, list)
    return [code for code, _ in reasons]


def test_every_reason_is_named_not_only_the_first() -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        pdf.Root["/OpenAction"] = Dictionary(S=Name.JavaScript)
        pdf.Root["/Anything"] = Dictionary(Type=Name.Sig)
        pdf.Root["/Collection"] = Dictionary()

    assert codes(small_pdf(change) + b"<script>")[0] == "pdf.trailing-data"
    assert set(codes(small_pdf(change))) == {"pdf.active-content", "pdf.already-signed", "pdf.hidden-content"}


# --- two readings --------------------------------------------------------------------------------------------------


def test_cross_reference_off_by_white_space_is_refused_in_the_newest_revision() -> None:
    with pikepdf.open(BytesIO(PLAIN)) as pdf:
        written = BytesIO()
        pdf.save(written, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    data = written.getvalue()
    start = int(data[data.rindex(b"startxref") :].split()[1])

    assert codes(data) == []
    assert "pdf.two-readings" in codes(data.replace(b"startxref\n%d" % start, b"startxref\n%d" % (start - 1)))


def test_compressed_object_that_is_not_in_its_stream_is_refused() -> None:
    inside = b"8 0 9 4 <<>> <<>>"
    stream = b"<</Type/ObjStm/N 2/First 8/Length %d>>stream\n%b\nendstream" % (len(inside), inside)
    objects = [
        b"<</Type/Catalog/Pages 2 0 R/Extra 7 0 R>>",
        b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Resources<<>>>>",
        stream,
    ]
    body, places = bytearray(b"%PDF-1.7\n"), []
    for number, content in enumerate(objects, start=1):
        places.append(len(body))
        body += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    places.append(len(body))
    rows = b"".join(b"\x01" + place.to_bytes(2, "big") + b"\0" for place in places)
    table = b"\0\0\0\xff" + rows + b"\0\0\0\0" + b"\x02\0\x04\0"
    head = b"<</Type/XRef/Size 8/W[1 2 1]/Root 1 0 R/Length %d>>stream\n" % len(table)
    body += b"5 0 obj\n" + head + table + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % places[-1]

    assert "pdf.two-readings" in codes(bytes(body))


def hybrid(base: bytes, number: int, hidden: bytes) -> bytes:
    """Return `base` with another object of this number in a cross-reference stream that old readers skip."""
    changed = b"%d 0 obj\n%b\nendobj\n" % (number, hidden)
    place, stream_place = len(base), len(base) + len(changed)
    rows = b"\x01" + place.to_bytes(2, "big") + b"\0" + b"\x01" + stream_place.to_bytes(2, "big") + b"\0"
    head = b"6 0 obj\n<</Type/XRef/Size 7/W[1 2 1]/Index[%d 1 6 1]/Length 8>>stream\n" % number
    stream = head + rows + b"\nendstream\nendobj\n"
    before = base[base.rindex(b"startxref") :].split()[1]
    trailer = b"xref\n0 0\ntrailer\n<</Size 7/Root 1 0 R/XRefStm %d/Prev %b>>\n" % (stream_place, before)
    return base + changed + stream + trailer + b"startxref\n%d\n%%%%EOF\n" % (stream_place + len(stream))


def test_hybrid_file_passes_when_old_readers_see_the_same_pages() -> None:
    content = b"<</Length 3>>stream\n0 g\nendstream"

    assert codes(hybrid(raw_page(content), 4, content)) == []
    assert codes(hybrid(raw_page(content), 4, b"<</Length 3>>stream\n1 g\nendstream")) == ["pdf.two-readings"]


def test_hybrid_file_that_is_none_without_its_stream_is_refused() -> None:
    broken = PLAIN.replace(b"/Kids[3 0 R]", b"/Kids[4 0 R]")

    assert codes(hybrid(broken, 2, b"<</Type/Pages/Count 1/Kids[3 0 R]>>")) == ["pdf.two-readings"]


# --- size ----------------------------------------------------------------------------------------------------------


def test_stream_that_inflates_beyond_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bombs, "MAX_DECODED", 32 * MIB)

    assert codes(inflating_pdf(64)) == ["pdf.inflates"]


def test_stream_inflated_twice_is_counted_by_what_comes_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bombs, "MAX_DECODED", 32 * MIB)
    packed = zlib.compress(zlib.compress(bytes(64 * MIB), 9), 9)
    data = raw_page(b"<</Filter[/FlateDecode/Fl]/Length %d>>stream\n%b\nendstream" % (len(packed), packed))

    assert len(packed) < 10_000
    assert codes(data) == ["pdf.inflates"]


def image(width: int, height: int, filters: bytes, data: bytes) -> bytes:
    picture = b"<</Subtype/Image/Width %d/Height %d/ColorSpace/DeviceGray/BitsPerComponent 8" % (width, height)
    return raw_page(
        b"<</Length 0>>stream\n\nendstream",
        picture + filters + b"/Length %d>>stream\n%b\nendstream" % (len(data), data),
    )


JPEG = b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc0\x00\x0b\x08\xff\xff\xff\xff\x01\x01\x11\x00"


@pytest.mark.parametrize(
    ("width", "filters", "data"),
    [
        (20_000, b"", b"x"),
        (1, b"/Filter/DCTDecode", JPEG),
        (1, b"/Filter/JPXDecode", b"ihdr\x00\x00\xff\xff\x00\x00\xff\xff"),
        (1, b"/Filter/JBIG2Decode", b"\0\0\0\0\x30\0\x01\0\0\0\x13\x00\x00\xff\xff\x00\x00\xff\xff" + bytes(20)),
        (1, b"/Filter/JPXDecode", b"\xff\x4f\xff\x51\x00\x2f\x00\x00\x00\x00\xff\xff\x00\x00\xff\xff"),
        (1, b"/Filter/CCITTFaxDecode/DecodeParms<</Columns 65535/Rows 65535>>", b"x"),
        (1, b"/Filter[/CCF]/DecodeParms[<</Columns 65535/Rows 65535>>]", b"x"),
    ],
)
def test_picture_that_claims_too_many_pixels_is_refused(width: int, filters: bytes, data: bytes) -> None:
    assert codes(image(width, 20_000, filters, data))[0] == "pdf.too-many-pixels"


@pytest.mark.parametrize(
    ("filters", "data"),
    [
        (b"/Filter/DCTDecode", b"\xff\xd8\xff\xd9"),
        (b"/Filter/JPXDecode", b"nothing known"),
        (b"/Filter/CCITTFaxDecode", b"x"),
        (b"/Filter/JBIG2Decode", b"short"),
        (b"/Filter/JBIG2Decode", b"\0\0\0\0\x30\0\x01\0\0\0\x13\x00\x00\xff\xff\xff\xff\xff\xff" + bytes(20)),
    ],
)
def test_picture_whose_own_header_says_nothing_is_judged_by_the_pdf(filters: bytes, data: bytes) -> None:
    assert "pdf.too-many-pixels" not in codes(image(9, 9, filters, data))


@pytest.mark.parametrize(
    "boxes",
    [
        b"/MediaBox[0 0 20000 9]",
        b"/MediaBox[0 0 0 9]",
        b"/MediaBox[0 0 9]",
        b"/MediaBox[0 0 9/A]",
        b"/MediaBox 7",
        b"",
        b"/MediaBox[0 0 9 9]/CropBox[20 20 30 30]",
        b"/MediaBox[0 0 9 9]/CropBox 7",
        b"/MediaBox[0 0 9 9]/Rotate 45",
        b"/MediaBox[0 0 9 9]/Rotate/A",
        b"/MediaBox[0 0 9 9]/UserUnit 5000",
    ],
)
def test_page_without_one_size_that_can_be_drawn_is_refused(boxes: bytes) -> None:
    page = b"<</Type/Page/Parent 2 0 R/Resources<<>>%b>>" % boxes
    data = raw_pdf(b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 1/Kids[3 0 R]>>", page)

    assert codes(data)[0] == "pdf.page-size"


def test_turned_page_with_an_inherited_size_passes() -> None:
    page = b"<</Type/Page/Parent 2 0 R/Resources<<>>/Rotate 90/CropBox[1 1 50 20]>>"
    tree = b"<</Type/Pages/Count 1/Kids[3 0 R]/MediaBox[0 0 90 40]>>"

    assert codes(raw_pdf(b"<</Type/Catalog/Pages 2 0 R>>", tree, page)) == []


def test_five_thousand_pages_are_refused_at_once() -> None:
    kids = b" ".join(b"%d 0 R" % (3 + number) for number in range(5000))
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Resources<<>>>>"
    data = raw_pdf(b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 5000/Kids[%b]>>" % kids, *([page] * 5000))

    assert codes(data)[0] == "pdf.too-many-pages"


# --- hidden content ------------------------------------------------------------------------------------------------


def catalogue(key: str, value: pikepdf.Object) -> Change:
    return lambda pdf: pdf.Root.__setitem__(key, value)


def layers(group: Dictionary | None = None, **configuration: object) -> Change:
    def change(pdf: pikepdf.Pdf) -> None:
        layer = pdf.make_indirect(group or Dictionary(Type=Name.OCG, Name=String("a")))
        shown = Dictionary({f"/{key}": value for key, value in configuration.items()})
        pdf.Root["/OCProperties"] = Dictionary(OCGs=Array([layer]), D=shown)

    return change


def annotated(**entries: object) -> Change:
    def change(pdf: pikepdf.Pdf) -> None:
        look = pdf.make_stream(b"", BBox=Array([0, 0, 9, 9]), Subtype=Name.Form)
        annotation = {"/Type": Name.Annot, "/Rect": Array([0, 0, 9, 9]), "/AP": Dictionary(N=look)}
        given = {f"/{key}": value for key, value in entries.items()}
        pdf.pages[0].obj["/Annots"] = Array([Dictionary(annotation | given)])

    return change


def stream_with(**entries: object) -> Change:
    return lambda pdf: pdf.Root.__setitem__("/Anything", pdf.make_stream(b"", **entries))


@pytest.mark.parametrize(
    "change",
    [
        catalogue("/Collection", Dictionary()),
        layers(OFF=Array([Dictionary()])),
        layers(BaseState=Name.OFF),
        layers(Dictionary(Usage=Dictionary(Print=Dictionary(PrintState=Name.OFF)))),
        layers(Dictionary(Usage=Dictionary(View=Dictionary(ViewState=Name.OFF)))),
        catalogue("/Anything", Dictionary(Type=Name.OCMD, P=Name.AllOff)),
        catalogue("/Anything", Dictionary(Type=Name.OCMD, VE=Array([Name.And, Array([Name.Not])]))),
        annotated(Subtype=Name.Stamp, F=4 | 32),
        annotated(Subtype=Name.FreeText),
        annotated(Subtype=Name.FreeText, F=Name.No),
        annotated(Subtype=Name.Redact, F=4),
        annotated(Subtype=Name.Widget, FT=Name.Tx, T=String("a"), V=String("900")),
        stream_with(Alternates=Array([])),
        stream_with(Subtype=Name.PS),
    ],
)
def test_content_that_is_not_shown_everywhere_is_refused(change: Change) -> None:
    assert "pdf.hidden-content" in codes(small_pdf(indirect(change)))


def indirect(change: Change) -> Change:
    """Make what stands in the catalogue an object of its own, as the standard asks of layers and streams."""

    def made(pdf: pikepdf.Pdf) -> None:
        change(pdf)
        if "/Anything" in pdf.Root:
            pdf.Root["/Anything"] = pdf.make_indirect(pdf.Root["/Anything"])

    return made


@pytest.mark.parametrize(
    "change",
    [
        layers(),
        layers(Dictionary(Usage=Dictionary(Print=Dictionary(PrintState=Name.ON), View=7))),
        catalogue("/OCProperties", Dictionary(OCGs=Array([7]), D=7)),
        catalogue("/OCProperties", Array([])),
        annotated(Subtype=Name.Stamp, F=4),
        annotated(Subtype=Name.Stamp, F=2),
        annotated(Subtype=Name.Link),
        annotated(Subtype=Name.Widget, FT=Name.Tx, T=String("a")),
        catalogue("/Anything", Dictionary(Type=Name.OCMD, VE=Array([Name.And]))),
    ],
)
def test_content_that_is_shown_everywhere_passes(change: Change) -> None:
    assert "pdf.hidden-content" not in codes(small_pdf(indirect(change)))


def test_annotation_that_each_reader_draws_in_its_own_way_is_refused() -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        annotated(Subtype=Name.FreeText, F=4, Contents=String("900 000"))(pdf)
        del pdf.pages[0].obj["/Annots"][0]["/AP"]

    assert codes(small_pdf(change)) == ["pdf.field-looks"]


def test_visibility_expression_without_end_counts_as_hiding() -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        loop = pdf.make_indirect(Array([]))
        loop.extend([loop, loop])
        pdf.Root["/Anything"] = pdf.make_indirect(Dictionary(Type=Name.OCMD, VE=loop))

    assert "pdf.hidden-content" in codes(small_pdf(change))


# --- fields --------------------------------------------------------------------------------------------------------


def form(*fields: dict[str, object], look: bytes | None = None, font: Name = Name.Type1, **entries: object) -> Change:
    """Return a form of these fields, each its own widget that draws `look`."""

    def change(pdf: pikepdf.Pdf) -> None:
        widgets = []
        for entry in fields:
            made = {"/Type": Name.Annot, "/Subtype": Name.Widget, "/Rect": Array([0, 0, 90, 9]), "/F": 4, **entry}
            if look is not None:
                resources = Dictionary(Font=Dictionary(F1=Dictionary(Type=Name.Font, Subtype=font)))
                drawn = pdf.make_stream(look, BBox=Array([0, 0, 90, 9]), Subtype=Name.Form, Resources=resources)
                made["/AP"] = Dictionary(N=drawn)
            widgets.append(pdf.make_indirect(Dictionary(made)))
        pdf.pages[0].obj["/Annots"] = Array(widgets)
        pdf.Root["/AcroForm"] = Dictionary({"/Fields": Array(widgets), **{f"/{k}": v for k, v in entries.items()}})

    return change


AMOUNT: dict[str, object] = {"/FT": Name.Tx, "/T": String("amount"), "/V": String("100 000")}
CHOICE: dict[str, object] = {"/FT": Name.Ch, "/T": String("kind"), "/V": String("blue")}
BOX: dict[str, object] = {"/FT": Name.Btn, "/T": String("agree"), "/V": Name.Yes}


@pytest.mark.parametrize(
    "change",
    [
        form(AMOUNT, look=b"BT (100 000) Tj ET", NeedAppearances=True),
        form(AMOUNT),
        form(AMOUNT, look=b"BT (900 000) Tj ET"),
        form(AMOUNT, look=b"BT (1) Tj (100 000) Tj ET"),
        form(CHOICE, look=b"BT (red) Tj ET"),
        form({**BOX, "/AS": Name.Off}, look=b""),
        form(BOX, look=b""),
    ],
)
def test_field_that_may_show_something_else_than_it_holds_is_refused(change: Change) -> None:
    assert codes(small_pdf(change)) == ["pdf.field-looks"]


@pytest.mark.parametrize(
    "change",
    [
        form(AMOUNT, look=b"BT [(10) -20 (0 0)] TJ (00) ' ET"),
        form(AMOUNT, look=b"BT <0001> Tj ET", font=Name.Type0),
        form({**AMOUNT, "/Ff": 1 << 13}, look=b"BT (*******) Tj ET"),
        form({**AMOUNT, "/V": String("贷款")}, look=b"BT (??) Tj ET"),
        form({**AMOUNT, "/V": String("")}, NeedAppearances=True),
        form(CHOICE, look=b"BT (red blue green) Tj ET"),
        form({**BOX, "/AS": Name.Yes}, look=b""),
        form({**BOX, "/V": Name.Off}, look=b""),
        catalogue("/AcroForm", Dictionary(Fields=Array([7]))),
        catalogue(
            "/AcroForm", Dictionary(Fields=Array([Dictionary(T=String("a"), Kids=Array([Dictionary(T=String("b"))]))]))
        ),
    ],
)
def test_field_that_shows_what_it_holds_passes(change: Change) -> None:
    assert "pdf.field-looks" not in codes(small_pdf(change))


# --- links ---------------------------------------------------------------------------------------------------------


def link(**action: object) -> Change:
    entry = Dictionary({f"/{key}": value for key, value in action.items()})
    return annotated(Subtype=Name.Link, A=entry)


@pytest.mark.parametrize(
    "change",
    [
        link(S=Name.URI, URI=String("javascript:alert(1)")),
        link(S=Name.URI, URI=String("file:///etc/passwd")),
        link(S=Name.URI, URI=String("\\\\server\\share")),
        link(S=Name.Named, N=Name.SaveAs),
        link(S=Name.GoTo, D=String("a"), F=String("other.pdf")),
        stream_with(Ref=Dictionary()),
    ],
)
def test_link_that_leaves_the_web_or_the_file_is_refused(change: Change) -> None:
    assert codes(small_pdf(indirect(change))) == ["pdf.active-content"]


@pytest.mark.parametrize("address", ["https://example.org", "mailto:a@example.org", "page.html", "tel:+86"])
def test_link_to_a_web_or_mail_address_passes(address: str) -> None:
    assert codes(small_pdf(link(S=Name.URI, URI=String(address)))) == []


def test_reader_command_that_turns_a_page_passes() -> None:
    assert codes(small_pdf(link(S=Name.Named, N=Name.NextPage))) == []
