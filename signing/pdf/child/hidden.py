"""Content that paper, screen and a reader's settings show differently: the same file would be two contracts.

Promises: looks at layers, annotations, fields, alternative pictures and portfolios, as the standard lets readers treat them.
Leaves to others: white text, text under pictures, and fonts that draw other letters than they name: only a person sees those.
"""

from collections.abc import Iterator

import pikepdf

from signing.pdf.child.active import containers
from signing.pdf.child.findings import Findings

_NO_VIEW, _HIDDEN, _PRINT, _TOGGLED = 32, 2, 4, 256
# Annotations that draw something of their own on the page.
_DRAWING = frozenset(
    f"/{name}"
    for name in (
        "Caret",
        "Circle",
        "FreeText",
        "Highlight",
        "Ink",
        "Line",
        "PolyLine",
        "Polygon",
        "Projection",
        "Square",
        "Squiggly",
        "Stamp",
        "StrikeOut",
        "Underline",
        "Watermark",
    )
)
_SHOWN = _DRAWING | frozenset(
    {"/FileAttachment", "/Link", "/Popup", "/PrinterMark", "/Redact", "/Text", "/TrapNet", "/Widget"}
)
_BY_READER = frozenset({"/Language", "/User", "/Zoom"})
_NEGATIVE_POLICIES = frozenset({"/AllOff", "/AnyOff"})
_MAX_EXPRESSION = 10_000


def check_hidden(pdf: pikepdf.Pdf, pages: list[pikepdf.Object], findings: Findings) -> None:
    """Find what is not shown everywhere alike."""
    if "/Collection" in pdf.Root:
        findings.add("pdf.hidden-content", "a portfolio: readers show its attachments in place of its pages")
    _check_layers(pdf.Root.get("/OCProperties"), findings)
    for value in containers(pdf):
        if isinstance(value, pikepdf.Dictionary | pikepdf.Stream):
            _check_object(value, findings)
    for number, page in enumerate(pages, start=1):
        for annotation in _list(page.get("/Annots")):
            if isinstance(annotation, pikepdf.Dictionary):
                _check_annotation(annotation, number, findings)


def _check_layers(properties: object, findings: Findings) -> None:
    if not isinstance(properties, pikepdf.Dictionary):
        return
    for configuration in (properties.get("/D"), *_list(properties.get("/Configs"))):
        if isinstance(configuration, pikepdf.Dictionary) and (
            configuration.get("/BaseState", pikepdf.Name.ON) != pikepdf.Name.ON or len(_list(configuration.get("/OFF")))
        ):
            findings.add("pdf.hidden-content", "a layer that is switched off")
        if isinstance(configuration, pikepdf.Dictionary) and not _categories(configuration).isdisjoint(_BY_READER):
            findings.add("pdf.hidden-content", "a layer that a reader's language, user or magnification switches")
    for group in _list(properties.get("/OCGs")):
        _check_group(group, findings)


def _categories(configuration: pikepdf.Object) -> set[str]:
    """Return by what a reader switches layers by itself."""
    return {
        str(category)
        for usage in _list(configuration.get("/AS"))
        if isinstance(usage, pikepdf.Dictionary)
        for category in _list(usage.get("/Category"))
    }


def _check_group(group: object, findings: Findings) -> None:
    if isinstance(group, pikepdf.Dictionary) and "/OFF" in set(_states(group.get("/Usage"))):
        findings.add("pdf.hidden-content", "a layer that is shown or printed only")


def _states(usage: object) -> Iterator[str]:
    if isinstance(usage, pikepdf.Dictionary):
        for event, state in (("/View", "/ViewState"), ("/Print", "/PrintState")):
            entry = usage.get(event)
            if isinstance(entry, pikepdf.Dictionary):
                yield str(entry.get(state, "/ON"))


def _check_object(value: pikepdf.Object, findings: Findings) -> None:
    if value.get("/Type") == pikepdf.Name.OCG:
        _check_group(value, findings)  # one that the catalogue does not list, too
    if value.get("/Type") == pikepdf.Name.OCMD and (
        str(value.get("/P", "")) in _NEGATIVE_POLICIES or _negates(value.get("/VE"))
    ):
        findings.add("pdf.hidden-content", "content that a switched-on layer hides")
    if isinstance(value, pikepdf.Stream):
        if "/Alternates" in value:
            findings.add("pdf.hidden-content", "a picture that is another one when it is printed")
        if value.get("/Subtype") == pikepdf.Name.PS or value.get("/Subtype2") == pikepdf.Name.PS:
            findings.add("pdf.hidden-content", "PostScript that only a printer draws")


def _negates(expression: object) -> bool:
    waiting = [expression]
    for _ in range(_MAX_EXPRESSION):
        if not waiting:
            return False
        current = waiting.pop()
        if isinstance(current, pikepdf.Array):
            waiting.extend(current)
        elif isinstance(current, pikepdf.Name) and current == pikepdf.Name.Not:
            return True
    return True


def _check_annotation(annotation: pikepdf.Object, page: int, findings: Findings) -> None:
    kind, flags = str(annotation.get("/Subtype", "")), annotation.get("/F", 0)
    flags = flags if isinstance(flags, int) else 0
    if kind == "/Redact":
        findings.add("pdf.hidden-content", f"page {page}: a redaction that was not carried out")
    if flags & _HIDDEN:
        return
    look = _look(annotation)
    problem = _unclear_look(annotation, kind, look)
    if problem:
        findings.add("pdf.field-looks", f"page {page}: {problem}")
    if look is None:
        return
    printed, viewed = bool(flags & _PRINT), not flags & (_NO_VIEW | _TOGGLED)
    if printed and not viewed:
        findings.add("pdf.hidden-content", f"page {page}: {kind[1:]} that is printed only")
    if viewed and not printed and (kind in _DRAWING or _is_filled(annotation)):
        findings.add("pdf.hidden-content", f"page {page}: {kind[1:]} that is not printed")


def _unclear_look(annotation: pikepdf.Object, kind: str, look: pikepdf.Object | None) -> str:
    """Return why readers draw an annotation differently, an empty text when they do not."""
    if look is None:
        return f"{kind[1:]} that each reader draws in its own way" if kind in _DRAWING else ""
    if kind not in _SHOWN:
        return f"an annotation of a kind that not every reader shows: {kind[1:]}"
    is_several = kind in _DRAWING and not isinstance(look, pikepdf.Stream)
    return (
        f"{kind[1:]} with several looks that does not say which one it shows"
        if is_several and "/AS" not in annotation
        else ""
    )


def _look(annotation: pikepdf.Object) -> pikepdf.Object | None:
    """Return the normal look of an annotation, or its looks by state."""
    looks = annotation.get("/AP")
    normal: object = looks.get("/N") if isinstance(looks, pikepdf.Dictionary) else None
    return normal if isinstance(normal, pikepdf.Dictionary | pikepdf.Stream) else None


def _is_filled(annotation: pikepdf.Object) -> bool:
    """Say whether this is a field with a text that somebody has entered."""
    value = annotation.get("/V")
    return (
        annotation.get("/Subtype") == pikepdf.Name.Widget and isinstance(value, pikepdf.String) and bool(bytes(value))
    )


def _list(value: object) -> list[object]:
    return list(value) if isinstance(value, pikepdf.Array) else []
