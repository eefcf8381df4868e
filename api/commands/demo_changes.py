"""What somebody might do to a sealed contract afterwards: each change is one that a viewer opens without a word."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Final

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

_PARTS: Final = generic.pdf_name


def append_byte(data: bytes) -> bytes:
    return data + b"\n"


def swap_pages(data: bytes) -> bytes:
    """Return the file with an incremental update that puts the last page first."""
    writer = IncrementalPdfFileWriter(BytesIO(data))
    pages = writer.root["/Pages"]
    pages[_PARTS("/Kids")] = generic.ArrayObject(reversed(list(_raw(pages["/Kids"]))))
    writer.update_container(pages)
    return _written(writer)


def add_annotation(data: bytes) -> bytes:
    """Return the file with an incremental update that adds a note to its first page."""
    writer = IncrementalPdfFileWriter(BytesIO(data))
    members = {
        _PARTS("/Type"): _PARTS("/Annot"),
        _PARTS("/Subtype"): _PARTS("/Text"),
        _PARTS("/Rect"): generic.ArrayObject(generic.NumberObject(place) for place in (40, 700, 60, 720)),
        _PARTS("/Contents"): generic.pdf_string("paid in full"),
    }
    note = writer.add_object(generic.DictionaryObject(members))
    writer.register_annotation(next(_raw(writer.root["/Pages"]["/Kids"])), note)
    return _written(writer)


def cover_lines(data: bytes) -> bytes:
    """Return the file with an incremental update that paints a white box over lines of its first page."""
    writer = IncrementalPdfFileWriter(BytesIO(data))
    page = writer.root["/Pages"]["/Kids"][0]
    box = writer.add_object(generic.StreamObject(stream_data=b"1 g 60 200 475 60 re f"))
    page[_PARTS("/Contents")] = generic.ArrayObject([page.raw_get("/Contents"), box])
    writer.update_container(page)
    return _written(writer)


@dataclass(frozen=True)
class Change:
    """What is done to the file, and under which name the result is kept."""

    file: str
    of: Callable[[bytes], bytes]


CHANGES: Final[Mapping[str, Change]] = {
    "a byte appended": Change("sealed.appended.pdf", append_byte),
    "its pages swapped": Change("sealed.swapped.pdf", swap_pages),
    "an annotation added": Change("sealed.annotated.pdf", add_annotation),
    "lines painted over": Change("sealed.painted.pdf", cover_lines),
}


def _raw(array: generic.ArrayObject):  # type: ignore[no-untyped-def]  # noqa: ANN202  # references of a foreign library
    return (array.raw_get(place) for place in range(len(array)))


def _written(writer: IncrementalPdfFileWriter) -> bytes:
    output = BytesIO()
    writer.write(output)
    return output.getvalue()
