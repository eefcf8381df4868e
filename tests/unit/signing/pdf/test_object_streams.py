"""Streams of objects: what the cross-reference says of them and what their own index says must be the same."""

import time
from io import BytesIO
from typing import Any

import pytest
from pyhanko.pdf_utils.generic import DictionaryObject, NullObject, Reference

from signing.pdf.child.object_streams import IndexedReader
from signing.pdf.child.uploads import judge_upload
from support.compressed_pdfs import compressed_pdf


def codes(data: bytes) -> list[str]:
    reasons = judge_upload(data, max_pages=9)["reasons"]
    assert isinstance(reasons, list)
    return [code for code, _ in reasons]


@pytest.mark.parametrize(
    ("inside", "place", "first"),
    [
        (b"7 0 8 5 <<>> <<>>", 0, 8),
        (b"8 0 7 5 <<>> null", 1, 8),  # an object that is null: programs that take pages out of a file leave such
        (b"7 0 8 5 % both\n<<>> <<>>", 0, 15),
    ],
)
def test_object_at_its_place_passes(inside: bytes, place: int, first: int) -> None:
    assert codes(compressed_pdf(inside, {7: place}, first=first)) == []


@pytest.mark.parametrize(
    ("inside", "place", "first"),
    [
        (b"8 0 7 5 <<>> <<>>", 0, 8),  # a reader that goes by the place finds another object
        (b"8 0 9 5 <<>> <<>>", 0, 8),
        (b"7 0 7 5 <<>> <</A 1>>", 0, 8),  # twice: which one?
        (b"7 0 8 5 <<>> <<>>", 2, 8),
        (b"7 0 x 5 <<>> <<>>", 0, 8),
        (b"7 0 8   <<>> <<>>", 0, 8),
    ],
)
def test_object_at_another_place_is_refused(inside: bytes, place: int, first: int) -> None:
    assert "pdf.two-readings" in codes(compressed_pdf(inside, {7: place}, first=first))


def test_reader_finds_nothing_at_another_place() -> None:
    reader: Any = IndexedReader(BytesIO(compressed_pdf(b"8 0 9 5 <<>> <<>>", {7: 0, 9: 1})), strict=False)

    assert isinstance(reader.get_object(Reference(7, 0, reader)), NullObject)
    assert isinstance(reader.get_object(Reference(9, 0, reader)), DictionaryObject)


def test_what_is_no_stream_of_objects_is_refused() -> None:
    data = compressed_pdf(b"7 0 8 5 <<>> <<>>", {7: 0})

    assert "pdf.two-readings" in codes(data.replace(b"/Type/ObjStm", b"/Typ2/ObjStm"))


def test_reading_takes_time_in_proportion_to_the_objects() -> None:
    """One stream of 10,000 objects took minutes in the library's own way, which reads the whole index for each of them."""
    count = 10_000
    index = b" ".join(b"%d %d" % (7 + place, 5 * place) for place in range(count)) + b" "
    inside = index + b"<<>> " * count
    data = compressed_pdf(inside, {7 + place: place for place in range(count)}, first=len(index), count=count)
    began = time.process_time()

    assert codes(data) == []
    assert time.process_time() - began < 15
