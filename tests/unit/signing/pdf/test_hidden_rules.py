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
