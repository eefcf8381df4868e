"""Layers and fields wherever they are written: readers find them there too."""

import pytest

from signing.pdf.child.uploads import judge_upload
from support.raw_pages import form, page


def codes(data: bytes) -> list[str]:
    reasons = judge_upload(data, max_pages=9)["reasons"]
    assert isinstance(reasons, list)
    return [code for code, _ in reasons]


def layered(properties: bytes, root: bytes = b"/OCProperties<</OCGs[5 0 R]/D<<>>>>") -> bytes:
    return page(
        b"/OC /L BDC 0 0 9 9 re f EMC",
        b"<</Type/OCG/Name(a)>>",
        resources=b"/Properties<</L %b>>" % properties,
        root=root,
    )


@pytest.mark.parametrize(
    "data",
    [
        layered(b"<</Type/OCMD/OCGs 5 0 R/P/AllOff>>"),
        layered(b"<</Type/OCMD/OCGs 5 0 R/VE[/Not 5 0 R]>>"),
        layered(b"<</Type/OCG/Name(b)/Usage<</Print<</PrintState/OFF>>>>>>"),
        layered(b"5 0 R", b"/OCProperties<</OCGs[5 0 R]/D<</AS[<</Event/View/Category[/Zoom]/OCGs[5 0 R]>>]>>>>"),
        layered(b"5 0 R", b"/OCProperties<</OCGs[5 0 R]/D<<>>/Configs[<</AS[<</Category[/Language]>>]>>]>>"),
    ],
)
def test_layer_that_hides_is_refused_wherever_it_is_written(data: bytes) -> None:
    assert codes(data) == ["pdf.hidden-content"]


@pytest.mark.parametrize(
    "data",
    [
        layered(b"5 0 R"),
        layered(b"<</Type/OCMD/OCGs 5 0 R/P/AllOn>>"),
        layered(b"5 0 R", b"/OCProperties<</OCGs[5 0 R]/D<</AS[7<</Event/View/Category[/View]/OCGs[5 0 R]>>]>>>>"),
    ],
)
def test_layer_that_is_always_shown_passes(data: bytes) -> None:
    assert codes(data) == []


def widget(entries: bytes, *objects: bytes, root: bytes = b"") -> bytes:
    note = b"/Annots[<</Type/Annot/Subtype/Widget/F 4/Rect[0 0 9 9]%b>>]" % entries
    return page(b"", *objects, more=note, root=root)


LOOK = form(b"BT (900 000) Tj ET", b"/Font<</F<</Type/Font/Subtype/Type1>>>>")


def test_field_that_no_form_lists_is_judged_like_any_other() -> None:
    """Some readers show it by its value, some by its look, some not at all."""
    text = b"/FT/Tx/T(amount)/V(100 000)"

    assert codes(widget(text)) == ["pdf.field-looks"]
    assert codes(widget(text + b"/AP<</N 5 0 R>>", LOOK)) == ["pdf.field-looks"]
    assert codes(widget(text.replace(b"100", b"900") + b"/AP<</N 5 0 R>>", LOOK)) == []


def test_field_that_has_its_value_from_above_is_judged_by_it() -> None:
    parent = b"<</FT/Tx/T(amount)/V(100 000)>>"

    assert codes(widget(b"/Parent 5 0 R", parent)) == ["pdf.field-looks"]
    assert codes(widget(b"/Parent 5 0 R", b"<</FT/Tx/T(amount)>>")) == []


def stamp(entries: bytes, kind: bytes = b"/Subtype/Stamp", *, flags: int = 4) -> bytes:
    note = b"/Annots[<</Type/Annot%b/F %d/Rect[0 0 9 9]%b>>]" % (kind, flags, entries)
    return page(b"", form(b"0 0 9 9 re f"), more=note)


@pytest.mark.parametrize(
    "data",
    [
        stamp(b""),
        stamp(b"/AP<<>>"),
        stamp(b"/AP<</N[5 0 R]>>"),
        stamp(b"/AP<</N<</On 5 0 R/Off 5 0 R>>>>"),
        stamp(b"/AP<</N 5 0 R>>", b"/Subtype/Unheard"),
        stamp(b"/AP<</N 5 0 R>>", b""),
    ],
)
def test_annotation_that_readers_draw_differently_is_refused(data: bytes) -> None:
    assert codes(data) == ["pdf.field-looks"]


def test_annotation_with_one_look_or_one_chosen_look_passes() -> None:
    assert codes(stamp(b"/AP<</N 5 0 R>>")) == []
    assert codes(stamp(b"/AS/On/AP<</N<</On 5 0 R/Off 5 0 R>>>>")) == []


def test_annotation_that_comes_and_goes_with_the_pointer_is_refused() -> None:
    assert codes(stamp(b"/AP<</N 5 0 R>>", flags=4 + 256)) == ["pdf.hidden-content"]


@pytest.mark.parametrize(
    ("state", "expected"),
    [(b"/AS/Yes", []), (b"/AS/Off", ["pdf.field-looks"]), (b"", ["pdf.field-looks"])],
)
def test_box_of_a_group_is_judged_by_the_value_of_the_group(state: bytes, expected: list[str]) -> None:
    group = b"<</FT/Btn/T(a)/V/Yes/Kids[7 0 R]>>"
    box = b"<</Type/Annot/Subtype/Widget/F 4/Parent 6 0 R/Rect[0 0 9 9]%b/AP<</N<</%b 5 0 R/Off 5 0 R>>>>>>"
    root, more = b"/AcroForm<</Fields[6 0 R]>>", b"/Annots[7 0 R]"

    assert codes(page(b"", form(b""), group, box % (state, b"Yes"), more=more, root=root)) == expected
    assert codes(page(b"", form(b""), group, box % (b"/AS/Off", b"No"), more=more, root=root)) == []
