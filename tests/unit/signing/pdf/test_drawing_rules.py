"""What pages draw: operators that all readers know, nothing within itself, nothing that multiplies without end."""

import pytest

from signing.pdf.child.uploads import judge_upload
from support.raw_pages import HEAD, bare, form, page, stream
from support.small_pdfs import raw_pdf


def reasons(data: bytes) -> list[tuple[str, str]]:
    found = judge_upload(data, max_pages=9)["reasons"]
    assert isinstance(found, list)
    return [(code, detail) for code, detail in found]


def codes(data: bytes) -> list[str]:
    return [code for code, _ in reasons(data)]


FORMS = b"/XObject<</A 5 0 R/B 6 0 R>>"


@pytest.mark.parametrize(
    "content",
    [
        b"q 1 0 0 1 0 0 cm /A Do Q\nBT (a\\)b(c)) Tj [(x) -20 <41>] TJ ET",
        b"% x RE\n/Span <</ActualText (x RE)>> BDC EMC BX /S sh EX true false null",
        b"q\nBI /W 1 /H 1 /BPC 8 /CS /G ID x EI Q",
        b"((deeply (nested)) text)'",
        b"\x00\x00 q Q 0 g[1 2]0 d",
    ],
)
def test_content_with_known_operators_passes(content: bytes) -> None:
    assert codes(page(content)) == []


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"x 0 0 9 9 re f", "x"),
        (b"\x01 0 0 9 9 re f", "?"),
        (b"0 0 9 9 RE f", "RE"),
        (b"BX undefined EX", "undefined"),
        (b"BI /W 1 /H 1 /BPC 8 /CS /G ID x EI oops", "oops"),
        (b"endstreamx", "endstreamx"),
    ],
)
def test_operator_that_the_standard_does_not_know_is_refused(content: bytes, word: str) -> None:
    """One reader stops there and another goes on: "content masking" (Müller et al. 2021)."""
    assert reasons(page(content)) == [("pdf.malformed", f"page 1: an operator that no reader knows: {word}")]


def test_content_that_is_no_content_is_refused() -> None:
    assert "pdf.malformed" in codes(page(b"<</A 5 0 R>> DP"))


def test_content_that_ends_before_its_length_says_so_is_refused() -> None:
    assert codes(page(b"0 g\nendstream\n1 0 0 rg 0 0 9 9 re f")) == ["pdf.malformed"]
    assert codes(page(b"(a text that says endstream) Tj")) == []


@pytest.mark.parametrize(
    "objects",
    [
        (form(b"/A Do", FORMS), form(b"")),
        (form(b"/B Do", FORMS), form(b"/A Do", FORMS)),
        (bare(b"/B Do"), bare(b"/A Do")),  # without resources of their own: those of the page count
        (form(b"/G gs", b"/ExtGState<</G<</SMask<</S/Alpha/G 5 0 R>>>>>>"), form(b"")),
        (
            form(b"/P scn", b"/Pattern<</P 6 0 R>>"),
            stream(b"/A Do", b"/PatternType 1/Resources<</XObject<</A 5 0 R>>>>"),
        ),
        (
            form(b"/F 9 Tf", b"/Font<</F 6 0 R>>"),
            b"<</Type/Font/Subtype/Type3/CharProcs<</a 7 0 R>>/Resources<</XObject<</A 5 0 R>>>>>>",
            stream(b"/#41 Do"),
        ),
    ],
)
def test_content_that_draws_itself_is_refused(objects: tuple[bytes, ...]) -> None:
    assert ("pdf.malformed", "page 1: content that draws itself") in reasons(page(b"/A Do", *objects, resources=FORMS))


def test_look_of_an_annotation_that_draws_itself_is_refused() -> None:
    note = b"/Annots[<</Type/Annot/Subtype/Stamp/F 4/AS/On/Rect[0 0 9 9]/AP<</N<</On 5 0 R>>/D 7>>>> 7]"

    assert codes(page(b"", form(b"/A Do", FORMS), form(b""), more=note)) == ["pdf.malformed"]


def test_form_that_shares_resources_which_list_itself_passes() -> None:
    shared = form(b"/B Do").replace(b"/Resources<<>>", b"/Resources 7 0 R")

    assert codes(page(b"/A Do", shared, form(b""), b"<<%b>>" % FORMS, resources=FORMS)) == []


def test_pattern_that_draws_no_content_passes() -> None:
    shading = b"<</PatternType 2/Shading<</ShadingType 2/ColorSpace/DeviceGray/Coords[0 0 1 1]>>>>"

    assert codes(page(b"/Pattern cs /P scn", shading, resources=b"/Pattern<</P 5 0 R>>")) == []


def test_form_that_two_others_draw_passes() -> None:
    lower = b"/XObject<</C 7 0 R>>"

    assert codes(page(b"/A Do /B Do", form(b"/C Do", lower), form(b"/C Do", lower), form(b""), resources=FORMS)) == []


def nested(levels: int, times: int) -> bytes:
    """Return a page that draws a form which draws the next one `times` times, and so on."""
    inner = [form(b"/N Do " * times, b"/XObject<</N %d 0 R>>" % (6 + level)) for level in range(levels)]
    return page(b"/A Do", *inner, form(b""), resources=FORMS)


def test_content_nested_beyond_all_use_is_refused() -> None:
    assert codes(nested(20, 1)) == []
    assert codes(nested(30, 1)) == ["pdf.malformed"]


def test_content_that_multiplies_is_refused() -> None:
    assert codes(nested(4, 30)) == []
    assert codes(nested(6, 30)) == ["pdf.inflates"]


def test_stream_that_does_not_decode_is_no_content() -> None:
    broken = b"<</Filter/FlateDecode/Length 3>>stream\nabc\nendstream"
    entries = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents[4 0 R 7]/Resources<<>>>>"

    assert codes(raw_pdf(*HEAD, entries, broken)) == ["pdf.malformed"]


def test_picture_that_pikepdf_would_have_another_program_decode_passes() -> None:
    kind = b"/Type/XObject/Subtype/Image/Width 9/Height 9/BitsPerComponent 1/ColorSpace/DeviceGray/Filter/JBIG2Decode"
    header = b"\0\0\0\0\x30\0\x01\0\0\0\x13\0\0\0\x09\0\0\0\x09" + bytes(20)

    assert codes(page(b"/P Do", stream(header, kind), resources=b"/XObject<</P 5 0 R>>")) == []
