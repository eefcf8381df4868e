"""Draws pages with every form and annotation, as readers show them, and says whether two files look the same.

Promises: forms are initialised first (without it neither fields nor signature boxes are drawn); a page is drawn within a bounded
number of pixels, whatever size it claims; comparison is of every pixel.
Leaves to others: limits on pages and bytes, which must hold before anything is drawn.
"""

from dataclasses import dataclass

import pypdfium2

_POINTS_PER_PIXEL, _TRIES = 1.0, 2
_MAX_PIXELS = 1_000_000  # of one page: A4 at 72 dpi is half of it


@dataclass(frozen=True)
class Shape:
    """What the second parser says about one page: width and height in points as shown, and how many annotations it has."""

    width: float
    height: float


def open_to_draw(data: bytes) -> pypdfium2.PdfDocument:
    document = pypdfium2.PdfDocument(data)
    document.init_forms()
    return document


def shapes(document: pypdfium2.PdfDocument) -> list[Shape]:
    return [Shape(*document.get_page_size(index)) for index in range(len(document))]


def first_difference(one: bytes, other: bytes) -> int | None:
    """Return the number (from 1) of the first page that looks different, None when all look the same.

    A page is drawn twice before it is called different: PDFium draws the first text in a font a shade otherwise than the next.
    """
    first, second = open_to_draw(one), open_to_draw(other)
    both = min(len(first), len(second))
    for index in range(both):
        if all(_drawn(first, index) != _drawn(second, index) for _ in range(_TRIES)):
            return index + 1
    return None if len(first) == len(second) else both + 1


def _drawn(document: pypdfium2.PdfDocument, index: int) -> tuple[int, int, bytes]:
    page = document[index]
    width, height = page.get_size()
    scale = min(_POINTS_PER_PIXEL, (_MAX_PIXELS / max(1.0, width * height)) ** 0.5)
    bitmap = page.render(scale=scale, grayscale=True, may_draw_forms=True)
    drawn = bitmap.width, bitmap.height, bytes(bitmap.buffer)
    bitmap.close()
    page.close()
    return drawn
