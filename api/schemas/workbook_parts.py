"""The zip of an Excel workbook, looked at before anything reads it: its size, what its XML declares, and what a person would not see.

Promises: bounded in parts and bytes unpacked; no part declares a document type, whatever it is called. For each sheet it says which
cells are merged, hidden or written twice: two programs, or a program and a reader, would see two policies in them.
"""

import io
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from xml.parsers import expat

from ledger.core.applications.sheets import column_letter
from ledger.errors import InvalidInput

MAX_UNPACKED_BYTES: Final = 16 << 20
MAX_PARTS: Final = 60
_CODE = "policy.file"
_XML_STARTS = (b"<", b"\xff\xfe", b"\xfe\xff", b"\0<")
_STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
_MOST_COLUMNS = 16_384
_CELL = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_TRUE = {"1", "true"}


@dataclass
class SheetMarks:
    """What a sheet's XML says of its cells beside their values; rows and columns from 1."""

    merged: list[str] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: list[range] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    cells: set[str] = field(default_factory=set)
    row: int = 0

    def why_unseen(self, row: int, column: int) -> str | None:
        """Return why a person would not see a cell, or see it elsewhere."""
        if row in self.hidden_rows:
            return f"row {row} is hidden: show it, or delete it"
        if any(column in columns for columns in self.hidden_columns):
            return f"column {column_letter(column - 1)} is hidden: show it, or delete it"
        return None

    def note(self, name: str, attributes: Mapping[str, str]) -> None:
        """Take in one element of the sheet's XML."""
        if name == "row":
            self._row(attributes)
        elif name == "c" and "r" in attributes:
            self._once(attributes["r"])
        elif name == "mergeCell":
            self.merged.append(attributes.get("ref", "")[:20])
        elif name == "col" and (attributes.get("hidden") in _TRUE or _is_nothing(attributes.get("width"))):
            self.hidden_columns.append(range(int(attributes["min"]), min(int(attributes["max"]), _MOST_COLUMNS) + 1))

    def _row(self, attributes: Mapping[str, str]) -> None:
        number = int(attributes.get("r", self.row + 1))
        if number <= self.row:
            self.twice.append(f"row {number}")
        self.row = number
        if attributes.get("hidden") in _TRUE or _is_nothing(attributes.get("ht")):
            self.hidden_rows.add(number)

    def _once(self, cell: str) -> None:
        found = _CELL.fullmatch(cell)
        if cell in self.cells or found is None or int(found[2]) != self.row:
            self.twice.append(f"cell {cell[:12]}")
        self.cells.add(cell)


def look_at_parts(data: bytes) -> dict[str, SheetMarks]:
    """Return the marks of each part by its name.

    Raises InvalidInput("policy.file"), and whatever zipfile and expat raise on a damaged file.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        parts = packed.infolist()
        total = sum(part.file_size for part in parts)
        if len(parts) > MAX_PARTS or total > MAX_UNPACKED_BYTES:
            message = f"expected at most {MAX_PARTS} parts of {MAX_UNPACKED_BYTES:,} bytes together, got {len(parts)} of {total:,}"
            raise InvalidInput(_CODE, message, field="file")
        found: dict[str, SheetMarks] = {}
        for part in parts:
            text = packed.read(part)  # at most the size it declared: zipfile stops there
            if part.filename in found:
                raise InvalidInput(_CODE, f"{part.filename[:60]}: expected each part once", field="file")
            found[part.filename] = SheetMarks()
            if text.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(_XML_STARTS):
                _read_xml(part.filename, text, found[part.filename])
        return found


def _read_xml(name: str, data: bytes, marks: SheetMarks) -> None:
    def refuse(*_: object) -> None:
        raise InvalidInput(_CODE, f"{name[:60]}: expected no document type in a workbook", field="file")

    def started(element: str, attributes: dict[str, str]) -> None:
        space, _, local = element.rpartition(" ")
        if space == _STRICT:
            message = "expected an ordinary Excel workbook (.xlsx), got a Strict Open XML one: save it as “Excel Workbook (.xlsx)”"
            raise InvalidInput(_CODE, message, field="file")
        marks.note(local, attributes)

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = started
    parser.Parse(data, True)  # True: this is all of it


def _is_nothing(size: str | None) -> bool:
    return size is not None and float(size) == 0
