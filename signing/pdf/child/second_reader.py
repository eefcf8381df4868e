"""Whether a second and a third parser read the same file: every object by pyHanko, the pages by PDFium.

Promises: compares values, not opinions: what one parser finds odd and both read alike passes.
Leaves to others: what only looks decide (looks), and the operators of a page (check_syntax).
"""

import re
from collections.abc import Iterable
from decimal import Decimal
from io import BytesIO

import pikepdf
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pypdfium2 import PdfiumError

from signing.pdf.child.findings import Findings
from signing.pdf.child.looks import Shape, open_to_draw, shapes
from signing.pdf.child.object_streams import IndexedReader, WrongPlace

_SECTION = re.compile(rb"[ \t\r\n]*[0-9]+[ \t\r\n]+[0-9]+[ \t\r\n]+obj\b|xref\b")
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
_TOLERANCE = 0.51  # points: PDFium keeps single precision and rounds nothing else
_MAX_DEPTH = 100


class Disagreement(Exception):
    """Two parsers read two things."""


def check_second_reader(
    data: bytes, shown: Iterable[pikepdf.Object], expected: list[Shape | None], findings: Findings
) -> PdfFileReader | None:
    """Find differences between what the parsers read; one that cannot read the file at all is a difference.

    Returns the second parser with what it has read, None when it could not open the file.
    """
    reader = None
    try:
        reader = IndexedReader(BytesIO(data), strict=False)
        _check_sections(data, reader)
        reader.check_entries()
        compare_objects(shown, reader)
    except (Disagreement, WrongPlace) as difference:
        findings.add("pdf.two-readings", difference)
    except (PdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, AssertionError) as error:
        findings.add("pdf.two-readings", f"the second parser: {error}")
    _compare_pages(data, expected, findings)
    return reader


def _check_sections(data: bytes, reader: PdfFileReader) -> None:
    """Raise Disagreement unless every cross-reference section begins where the file says.

    White space before a section is let through but for the last one: Firefox writes it when it saves a linearised file.
    """
    newest = reader.xrefs.total_revisions - 1
    for revision in range(newest + 1):
        start = reader.xrefs.get_startxref_for_revision(revision)
        if not _SECTION.match(data, start) or (revision == newest and data[start : start + 1].isspace()):
            raise Disagreement(f"no cross-reference section at byte {start}")


def compare_objects(shown: Iterable[pikepdf.Object], reader: PdfFileReader) -> None:
    """Raise Disagreement at the first object that the two parsers read differently."""
    for value in shown:  # a number or the like that stands alone is compared where something refers to it
        if getattr(value, "is_indirect", False) and not _is_plumbing(value):
            number, generation = value.objgen
            reference = generic.Reference(number, generation, reader)
            other: object = reader.get_object(reference)
            if not alike(value, other, _MAX_DEPTH):
                raise Disagreement(f"object {number}")


def _is_plumbing(value: pikepdf.Object) -> bool:
    return isinstance(value, pikepdf.Stream) and value.get("/Type") in {pikepdf.Name.XRef, pikepdf.Name.ObjStm}


def alike(one: object, two: object, depth: int) -> bool:
    """Say whether two values are the same, without following references."""
    if depth == 0:
        raise Disagreement("nested too deep to be compared")
    if isinstance(one, pikepdf.Object):
        return _alike_objects(one, two, depth)
    if isinstance(two, generic.IndirectObject):  # pikepdf follows references to numbers and the like by itself
        two = two.get_object()
    if one is None or isinstance(two, generic.NullObject):
        return one is None and isinstance(two, generic.NullObject)
    if isinstance(one, bool) or isinstance(two, generic.BooleanObject):
        return isinstance(two, generic.BooleanObject) and two.value is one
    return isinstance(one, int | Decimal) and isinstance(two, int | Decimal) and one == two


def _alike_objects(one: pikepdf.Object, two: object, depth: int) -> bool:
    if isinstance(two, generic.IndirectObject):
        return bool(one.is_indirect and one.objgen == (two.idnum, two.generation))
    if isinstance(two, generic.ArrayObject):
        same = isinstance(one, pikepdf.Array) and len(one) == len(two)
        return same and all(alike(value, two.raw_get(place), depth - 1) for place, value in enumerate(list(one)))
    if isinstance(two, generic.StreamObject):
        same = isinstance(one, pikepdf.Stream) and one.read_raw_bytes() == two.encoded_data
        return same and _alike_entries(one, two, depth)
    if isinstance(two, generic.DictionaryObject):
        plain = isinstance(one, pikepdf.Dictionary) and not isinstance(one, pikepdf.Stream)
        return plain and _alike_entries(one, two, depth)
    return _alike_texts(one, two)


def _alike_entries(one: pikepdf.Object, two: generic.DictionaryObject, depth: int) -> bool:
    first, second = set(one.keys()), {str(key) for key in two}
    if {key for key in first ^ second if key.isascii() and (key in first or not _is_null(two, key))}:
        return False
    return all(alike(one[key], two.raw_get(key), depth - 1) for key in first & second)


def _line_ends(text: bytes) -> bytes:
    """Return a text with each line end as a line feed, which is how it is to be read (ISO 32000-2, 7.3.4.2)."""
    return text.replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def _name(name: pikepdf.Object) -> str:
    """Return a name as pyHanko would read it: UTF-8 or, for other bytes (GBK font names are common), Latin-1."""
    escaped = name.unparse(resolved=True)
    data = _ESCAPED.sub(lambda found: bytes.fromhex(found[1].decode()), escaped)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _is_null(two: generic.DictionaryObject, key: str) -> bool:
    """Say whether an entry is null or refers to nothing, which is the same as no entry (ISO 32000-2, 7.3.7)."""
    try:
        return key not in two or isinstance(two[key], generic.NullObject)
    except KeyError:  # a reference to nothing
        return True


def _alike_texts(one: pikepdf.Object, two: object) -> bool:
    if isinstance(one, pikepdf.Name):
        return isinstance(two, generic.NameObject) and _name(one) == two
    if isinstance(one, pikepdf.String) and isinstance(two, generic.TextStringObject | generic.ByteStringObject):
        return _line_ends(bytes(one)) == _line_ends(two.original_bytes)
    return isinstance(two, generic.NullObject) and one.unparse(resolved=True) == b"null"


def _compare_pages(data: bytes, expected: list[Shape | None], findings: Findings) -> None:
    try:
        seen = shapes(open_to_draw(data))
    except PdfiumError as error:
        findings.add("pdf.two-readings", f"the third parser: {error}")
        return
    if len(seen) != len(expected):
        findings.add("pdf.two-readings", f"{len(expected)} pages and {len(seen)} pages")
    for number, (one, two) in enumerate(zip(expected, seen, strict=False), start=1):
        if one is not None and (abs(one.width - two.width) > _TOLERANCE or abs(one.height - two.height) > _TOLERANCE):
            findings.add("pdf.two-readings", f"page {number} has two sizes")
