"""Whether what a form's fields hold and what they show is the same: a reader may show either.

Promises: a value that readers must draw themselves, or that is drawn as something else, is a finding.
Leaves to others: looks in fonts whose codes are not letters; they are compared by nobody but the reader.
"""

from collections.abc import Iterator
from itertools import chain

import pikepdf

from signing.pdf.child.findings import Findings
from signing.pdf.child.page_tree import inherited

_MAX_FIELDS = 20_000
_SHOWING = frozenset({"Tj", "TJ", "'", '"'})
_PASSWORD = 1 << 13
_OFF = "/Off"
_INHERITED = ("/FT", "/V", "/Ff")


def check_fields(pdf: pikepdf.Pdf, pages: list[pikepdf.Object], findings: Findings) -> None:
    """Find fields whose value and look may differ, in the form and on pages: some readers show a field that no form lists."""
    root = pdf.Root.get("/AcroForm")
    form = root if isinstance(root, pikepdf.Dictionary) else pikepdf.Dictionary()
    drawn_anew = form.get("/NeedAppearances", False) is True
    for field, above in chain(fields_of(form.get("/Fields")), _on_pages(pages)):
        kind = str(field.get("/FT", above.get("/FT", "")))
        value = field.get("/V", above.get("/V"))
        if kind in {"/Tx", "/Ch"} and isinstance(value, pikepdf.String) and bytes(value).strip():
            _check_text(field, value, kind, drawn_anew=drawn_anew, findings=findings)
        elif kind == "/Btn" and isinstance(value, pikepdf.Name) and str(value) != _OFF:
            _check_button(field, str(value), findings)


def fields_of(top: object) -> Iterator[tuple[pikepdf.Object, dict[str, object]]]:
    """Yield each field and widget with what it inherits; a tree that is none ends (the parser finds that too)."""
    waiting: list[tuple[object, dict[str, object]]] = [(one, {}) for one in _list(top)]
    for _ in range(_MAX_FIELDS):
        if not waiting:
            return
        field, above = waiting.pop()
        if isinstance(field, pikepdf.Dictionary):
            yield field, above
            below = {**above, **{key: field[key] for key in _INHERITED if key in field}}
            waiting.extend((kid, below) for kid in _list(field.get("/Kids")))


def _on_pages(pages: list[pikepdf.Object]) -> Iterator[tuple[pikepdf.Object, dict[str, object]]]:
    for page in pages:
        for widget in _list(page.get("/Annots")):
            if isinstance(widget, pikepdf.Dictionary) and widget.get("/Subtype") == pikepdf.Name.Widget:
                found = {key: inherited(widget, key) for key in _INHERITED}
                yield widget, {key: value for key, value in found.items() if value is not None}


def _check_text(
    field: pikepdf.Object, value: pikepdf.Object, kind: str, *, drawn_anew: bool, findings: Findings
) -> None:
    if field.get("/Subtype") != pikepdf.Name.Widget or _is_password(field):
        return
    if drawn_anew:
        findings.add("pdf.field-looks", "a filled field that each reader draws in its own way")
        return
    look = _normal_look(field)
    if look is None:
        findings.add("pdf.field-looks", "a filled field without a look")
        return
    shown, held = _letters(look), "".join(str(value).split())
    if shown is not None and held.isascii() and not (held == shown if kind == "/Tx" else held in shown):
        findings.add("pdf.field-looks", "a field that shows something else than it holds")


def _is_password(field: pikepdf.Object) -> bool:
    flags = field.get("/Ff", 0)
    return isinstance(flags, int) and bool(flags & _PASSWORD)


def _normal_look(field: pikepdf.Object) -> pikepdf.Stream | None:
    looks = field.get("/AP")
    normal = looks.get("/N") if isinstance(looks, pikepdf.Dictionary) else None
    return normal if isinstance(normal, pikepdf.Stream) else None


def _letters(look: pikepdf.Stream) -> str | None:
    """Return the letters that a look draws, without spaces; None where its codes may be no letters."""
    fonts = look.get("/Resources", pikepdf.Dictionary()).get("/Font", pikepdf.Dictionary())
    if any(
        font.get("/Subtype") != pikepdf.Name.Type1 and font.get("/Subtype") != pikepdf.Name.TrueType
        for font in fonts.as_dict().values()
    ):
        return None
    drawn = bytearray()
    for instruction in pikepdf.parse_content_stream(look):
        if str(instruction.operator) in _SHOWING:
            for operand in (part for one in instruction.operands for part in (_list(one) or [one])):
                drawn += bytes(operand) if isinstance(operand, pikepdf.String) else b""
    return "".join(drawn.decode("latin-1").split())


def _check_button(field: pikepdf.Object, value: str, findings: Findings) -> None:
    """Find a ticked box that is not drawn so: of several that have one value, each shows it or has no such look."""
    if field.get("/Subtype") != pikepdf.Name.Widget or "/Kids" in field:
        return
    looks: object = field.get("/AP")
    normal: object = looks.get("/N") if isinstance(looks, pikepdf.Dictionary) else None
    states = frozenset(normal.keys()) if isinstance(normal, pikepdf.Dictionary) else frozenset({value})
    if str(field.get("/AS", _OFF)) != (value if value in states or "/Parent" not in field else _OFF):
        findings.add("pdf.field-looks", "a box that shows another choice than it holds")


def _list(value: object) -> list[object]:
    return list(value) if isinstance(value, pikepdf.Array) else []
