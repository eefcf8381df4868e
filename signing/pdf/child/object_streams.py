"""The second parser's streams of objects: each one's index is read once, and says the same by number and by place.

Promises: reading many compressed objects takes time in proportion to them (the library reads the whole index again for each one);
an object that another place of the index holds, or that stands there twice, is an error: readers find objects by either.
Leaves to others: what the objects hold.
"""

import re
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.decode_limits import DecodePurpose
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.xref import ObjStreamRef

_COMMENT = re.compile(rb"%[^\r\n]*")
_BLANK = re.compile(rb"[\x00\t\n\f\r ]+")


class WrongPlace(Exception):
    """The cross-reference and the index of a stream of objects say two things."""


@dataclass(frozen=True)
class _Index:
    """What one stream of objects holds: numbers in their order, where each begins, and all its bytes."""

    numbers: tuple[int, ...]
    starts: tuple[int, ...]
    data: bytes


class IndexedReader(PdfFileReader):
    """pyHanko's reader with the streams of objects indexed."""

    def __init__(self, stream: BytesIO, *, strict: bool) -> None:
        self._indices: dict[int, _Index] = {}
        super().__init__(stream, strict=strict)

    def check_entries(self) -> None:
        """Raise WrongPlace unless each compressed object is where the newest cross-reference to it says, by number and place."""
        for revision in range(self.xrefs.total_revisions):
            for reference in self.xrefs.explicit_refs_in_revision(revision):
                entry = self.xrefs[reference]
                if isinstance(entry, ObjStreamRef):
                    self._check_entry(reference.idnum, entry)

    def _check_entry(self, number: int, entry: ObjStreamRef) -> None:
        numbers = self._index(entry.obj_stream_id).numbers
        if entry.ix_in_stream >= len(numbers) or numbers[entry.ix_in_stream] != number:
            raise WrongPlace(f"object {number} is not where it is said to be")

    def _index(self, number: int) -> _Index:
        if number not in self._indices:
            self._indices[number] = self._read_index(number)
        return self._indices[number]

    def _read_index(self, number: int) -> _Index:
        stream: Any = generic.Reference(number, 0, self).get_object()
        if not isinstance(stream, generic.StreamObject) or stream.get("/Type") != "/ObjStm":
            raise WrongPlace(f"object {number} is no stream of objects")
        first, data = int(stream["/First"]), stream.read_data(DecodePurpose.OBJECT_STREAM)
        words = _BLANK.split(_COMMENT.sub(b"", data[:first]).strip(b"\x00\t\n\f\r "))[: 2 * int(stream["/N"])]
        if len(words) != 2 * int(stream["/N"]) or not all(word.isdigit() for word in words):
            raise WrongPlace(f"object {number} has an index of another form")
        numbers, starts = tuple(map(int, words[::2])), tuple(first + int(word) for word in words[1::2])
        if len(set(numbers)) != len(numbers):
            raise WrongPlace(f"object {number} holds an object twice")
        return _Index(numbers, starts, data)

    def _get_object_from_stream(self, idnum: int, stmnum: int, idx: int) -> generic.PdfObject:
        """Return a compressed object, null where its stream does not hold it (the library's own method, which this replaces)."""
        index = self._index(stmnum)
        if idx >= len(index.numbers) or index.numbers[idx] != idnum:
            return generic.NullObject()
        return generic.read_object(_at(index.data, index.starts[idx]), generic.Reference(idnum, 0, self))


def _at(data: bytes, start: int) -> BytesIO:
    stream = BytesIO(data)
    stream.seek(start)
    return stream
