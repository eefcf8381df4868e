"""How large pages are, as every reader must see them: one size, within what can be printed and drawn.

Promises: a page without a size of its own, or with one that readers may understand differently, is a finding.
"""

from decimal import Decimal

import pikepdf

from signing.pdf.child.findings import Findings
from signing.pdf.child.looks import Shape
from signing.pdf.child.page_tree import inherited

_LEAST, _MOST = 1, 14_400  # points: what ISO 32000-1 (annex C) lets a reader refuse, 200 inches
_QUARTER, _HALF = 90, 180
_CORNERS = 4


def check_boxes(pages: list[pikepdf.Object], findings: Findings) -> list[Shape | None]:
    """Return the size of each page as it is shown, None for one that has no clear size."""
    found = []
    for number, page in enumerate(pages, start=1):
        shape = _shape(page)
        unit = inherited_number(page, "/UserUnit", 1)
        if shape is None or not all(_LEAST <= side * unit <= _MOST for side in (shape.width, shape.height)):
            findings.add("pdf.page-size", f"page {number}")
            shape = None
        found.append(shape)
    return found


def _shape(page: pikepdf.Object) -> Shape | None:
    media = _box(inherited(page, "/MediaBox"))
    crop = _box(inherited(page, "/CropBox")) if inherited(page, "/CropBox") is not None else media
    rotation = inherited_number(page, "/Rotate", 0)
    if media is None or crop is None or rotation % _QUARTER:
        return None
    left, bottom = max(media[0], crop[0]), max(media[1], crop[1])
    right, top = min(media[2], crop[2]), min(media[3], crop[3])
    width, height = right - left, top - bottom
    return Shape(height, width) if rotation % _HALF else Shape(width, height)


def _box(value: object) -> tuple[float, float, float, float] | None:
    if not isinstance(value, pikepdf.Array) or len(value) != _CORNERS:
        return None
    corners: list[object] = list(value)
    numbers = [float(number) for number in corners if isinstance(number, int | Decimal)]
    if len(numbers) != _CORNERS:
        return None
    left, bottom, right, top = numbers
    return min(left, right), min(bottom, top), max(left, right), max(bottom, top)


def inherited_number(page: pikepdf.Object, key: str, default: int) -> float:
    """Return a number of a page or of its branches; one that is no number can be no size, so it is not a number here too."""
    value: object = inherited(page, key)
    if value is None:
        return default
    return float(value) if isinstance(value, int | Decimal) else float("nan")
