"""The sheets of a policy as one CSV text: each sheet under a line with its title in brackets, as spreadsheet programs write CSV.

Promises: bounded in lines and columns; a line keeps the number that a spreadsheet program shows for it. No cell starts a formula,
since no name of a policy does.
"""

import csv
from collections.abc import Iterable, Sequence
from itertools import pairwise

from ledger.core.applications.sheets import Cell, Line, Sheet
from ledger.errors import InvalidInput

MAX_LINES, MAX_COLUMNS = 2_000, 40
MARKS = 2  # between the headings of the settings
_CODE = "policy.file"
_BOM = "\ufeff"  # without it, spreadsheet programs take the text for another encoding


def write_csv(sheets: Iterable[Sheet]) -> bytes:
    """Return the sheets as UTF-8 text with a byte order mark."""
    kept = _Kept()
    writer = csv.writer(kept)
    for sheet in sheets:
        writer.writerow([f"[{sheet.title}]"])
        writer.writerows([_plain(cell) for cell in line] for line in sheet.lines)
        writer.writerow([])
    return (_BOM + "".join(kept.parts)).encode()


def read_csv(data: bytes) -> list[Sheet]:
    """Return the sheets of a CSV text; raise InvalidInput("policy.file")."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = "expected text in UTF-8; save the table as “CSV UTF-8”, or as an Excel workbook (.xlsx)"
        raise InvalidInput(_CODE, message, field="file") from error
    try:
        lines = list(_bounded(csv.reader(text.splitlines(keepends=True), strict=True)))
    except csv.Error as error:
        raise InvalidInput(_CODE, f"expected comma-separated values: {error}", field="file") from error
    _check_commas(lines)
    starts = [number for number, line in enumerate(lines) if _title(line)]
    if any(any(line) for line in lines[: starts[0] if starts else None]):
        raise InvalidInput(_CODE, "line 1: expected the title of a sheet, such as [规则 Rows]", field="file")
    return [
        Sheet(_title(lines[start]), tuple(lines[start + 1 : end]), first=start + 2)
        for start, end in zip(starts, [*starts[1:], len(lines)], strict=False)
    ]


def _check_commas(lines: Sequence[Line]) -> None:
    """Refuse a table with another mark between its cells: then the headings under a title are one cell."""
    for number, (title, line) in enumerate(pairwise(lines), 2):
        headings = str(line[0]) if len(line) == 1 and str(title[0] if title else "").startswith("[") else ""
        mark = next((mark for mark in (";", "\t") if headings.count(mark) >= MARKS), None)
        if mark is not None:
            name = "a tab" if mark == "\t" else mark
            message = f"line {number}: expected a comma between two cells, got {name}: save the table as “CSV UTF-8 (comma delimited)”, or as .xlsx"
            raise InvalidInput(_CODE, message, field="file")


def _bounded(rows: Iterable[list[str]]) -> Iterable[Line]:
    for number, row in enumerate(rows, 1):
        if number > MAX_LINES or len(row) > MAX_COLUMNS:
            message = f"expected at most {MAX_LINES} lines and {MAX_COLUMNS} columns"
            raise InvalidInput(_CODE, message, field="file")
        yield tuple(row)


def _title(line: Line) -> str:
    """Return the title that a line opens a sheet with, empty when it opens none."""
    first = str(line[0]).strip() if line else ""
    alone = not any(line[1:])
    return first[1:-1].strip() if alone and first.startswith("[") and first.endswith("]") else ""


def _plain(cell: Cell) -> str:
    return "" if cell is None else str(cell)


class _Kept:
    """What a csv writer writes to, kept in memory."""

    def __init__(self) -> None:
        self.parts: list[str] = []

    def write(self, text: str) -> None:
        self.parts.append(text)
