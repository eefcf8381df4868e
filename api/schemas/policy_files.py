"""Files that hold a policy: JSON, CSV, or an Excel workbook; which of them it is shows in its first bytes.

Promises: a workbook is unpacked within bounds before anything reads it; nothing in it is evaluated: a formula, a date, an error or a
cell shown as a percentage is refused by name, as is a document type. Leaves to others: what the cells mean (core).
"""

import io
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Final, Literal
from xml.parsers import expat

from api.schemas.strict_json import read_json
from api.schemas.workbook_parts import SheetMarks, look_at_parts
from ledger.core.applications.policy import Policy, parse_policy
from ledger.core.applications.policy_check import COLUMNS, Places
from ledger.core.applications.policy_csv import MAX_COLUMNS, MAX_LINES, read_csv, write_csv
from ledger.core.applications.policy_sheets import READ_ME, policy_sheets
from ledger.core.applications.read_policy_sheets import ReadPolicy, read_policy_sheets
from ledger.core.applications.sheets import Cell, Line, Sheet, Unreadable, is_blank
from ledger.errors import InvalidInput
from signing.canonical import Json, encode

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet._read_only import ReadOnlyWorksheet
    from openpyxl.worksheet.worksheet import Worksheet

MAX_FILE_BYTES: Final = 1 << 20  # a table of 200 rows has some 20 KB
MEDIA_TYPES: Final = {
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
Format = Literal["json", "csv", "xlsx"]

_CODE = "policy.file"
_ZIP, _OLD = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_EXACT_DIGITS = 15  # more than that a spreadsheet program rounds: such a number is written as text
# What a parser of such files raises on one that is damaged: none of it says more to the sender than that it is.
_DAMAGED = (
    zipfile.BadZipFile, zlib.error, EOFError, OSError, KeyError, ValueError, TypeError, AttributeError, IndexError, RecursionError,
    SyntaxError, NotImplementedError, OverflowError, expat.ExpatError,
)  # fmt: skip
_READ_ME: tuple[str, ...] = (
    "本工作簿是一份审批政策。修改后用 `tally policy check` 检查，再由两人提交、发布。",
    "This workbook is an approval policy. Edit it, run `tally policy check` on it, then have it proposed and published by two people.",
    "各表首行为列名，不要修改；空行不计；公式不予接受。金额以元为单位，“大于”不含本数，“不超过”含本数，空白为不限。",
    "The first line of each sheet are its headings: leave them. Empty lines do not count; formulas are refused. Amounts are in the main "  # noqa: ISC004  # one line of the sheet
    "unit of the currency; “over” excludes the figure, “up to” includes it, an empty cell sets no bound.",
    "每种情形须恰由一条规则覆盖。Each case must be covered by exactly one row.",
)


def read_policy_file(data: bytes) -> ReadPolicy:
    """Return the policy of a file; raise InvalidInput("policy.file" | "policy.sheet" | "policy.cell" | "policy.invalid" | "json.…")."""
    if len(data) > MAX_FILE_BYTES:
        raise InvalidInput(_CODE, f"expected at most {MAX_FILE_BYTES:,} bytes, got {len(data):,}", field="file")
    if data.startswith(_ZIP):
        return read_policy_sheets(read_workbook(data))
    if data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return of_json(read_json(data.removeprefix(b"\xef\xbb\xbf"), "file"))
    if data.startswith(_OLD):
        raise InvalidInput(
            _CODE, "expected an Excel workbook of today (.xlsx), got an old .xls: save it as .xlsx", field="file"
        )
    return read_policy_sheets(read_csv(data))


def of_json(value: Json) -> ReadPolicy:
    """Return the policy of its JSON, its rows placed by their number."""
    policy = parse_policy(value)
    columns = ("id", *COLUMNS)
    cells: dict[tuple[str, ...], str] = {
        ("row", row.id, name): f"rows[{place}]" for place, row in enumerate(policy.rows) for name in columns
    }
    return ReadPolicy(policy, Places(cells))


def write_policy_file(policy: Policy, form: Format) -> bytes:
    """Return a policy as a file of one of the three kinds."""
    if form == "json":
        return encode(policy.to_json())
    sheets = policy_sheets(policy)
    return write_csv(sheets) if form == "csv" else write_workbook(sheets)


def write_workbook(sheets: Iterable[Sheet]) -> bytes:
    """Return sheets as an Excel workbook, its headings kept in sight."""
    from openpyxl import Workbook  # noqa: PLC0415  # takes a third of a second to load

    book = Workbook()
    notes = book.active
    notes.title = READ_ME
    for text in _READ_ME:
        notes.append([text])
    notes.column_dimensions["A"].width = 120
    for sheet in sheets:
        _write_sheet(book, sheet)
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def _write_sheet(book: "Workbook", sheet: Sheet) -> None:
    page: Worksheet = book.create_sheet(sheet.title)
    for number, line in enumerate(sheet.lines, sheet.first):
        for column, value in enumerate(line, 1):
            _write_cell(page, number, column, value)
    page.freeze_panes = "B2"
    for column in range(1, len(sheet.lines[0]) + 1):
        page.column_dimensions[page.cell(1, column).column_letter].width = 26


def _write_cell(page: "Worksheet", row: int, column: int, value: Cell) -> None:
    if value is None or value == "":
        return
    is_number = isinstance(value, int | Decimal) and len(str(value).replace(".", "")) <= _EXACT_DIGITS
    cell = page.cell(row, column)
    cell.value = value if is_number else str(value)
    if not is_number:
        cell.data_type = "s"  # text, whatever it starts with
    elif isinstance(value, Decimal):
        cell.number_format = "#,##0." + "0" * max(0, -int(value.as_tuple().exponent))


def read_workbook(data: bytes) -> list[Sheet]:
    """Return the sheets of an Excel workbook; raise InvalidInput("policy.file")."""
    from openpyxl import load_workbook  # noqa: PLC0415  # takes a third of a second to load

    try:
        parts = look_at_parts(data)
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
        try:
            return [_sheet(page, parts) for page in book.worksheets]
        finally:
            book.close()
    except InvalidInput:
        raise
    except _DAMAGED as error:
        message = "expected an Excel workbook (.xlsx) that opens; this one is damaged, or of another kind"
        raise InvalidInput(_CODE, message, field="file") from error


def _sheet(page: "ReadOnlyWorksheet", parts: Mapping[str, SheetMarks]) -> Sheet:
    """Return one sheet; raise InvalidInput("policy.file" | "policy.cell") for what a person would not see in it."""
    sheet = Sheet(page.title, tuple(_lines(page.title, page.rows)))
    if page.title == READ_ME:
        return sheet
    if page.sheet_state != "visible":
        raise InvalidInput(_CODE, f"sheet {page.title[:40]}: it is hidden: show it, or delete it", field="file")
    marks = parts.get(page._worksheet_path, SheetMarks())  # noqa: SLF001  # openpyxl tells the part nowhere else
    for what in marks.merged:
        message = f"sheet {page.title[:40]}, cells {what}: expected no merged cells: unmerge them, and write the value into each"
        raise InvalidInput("policy.cell", message, field=f"sheet {page.title[:40]}, cells {what}")
    for what in marks.twice:
        raise InvalidInput(_CODE, f"sheet {page.title[:40]}, {what}: expected each cell once, in order", field="file")
    for line, cells in enumerate(sheet.lines):
        for column, value in enumerate(cells):
            if not is_blank(value) and (why := marks.why_unseen(line + 1, column + 1)) is not None:
                raise sheet.refused(line, column, why)
    return sheet


def _lines(title: str, rows: Iterable[tuple[object, ...]]) -> Iterator[Line]:
    for number, row in enumerate(rows, 1):
        if number > MAX_LINES or len(row) > MAX_COLUMNS:
            message = f"sheet {title[:40]}: expected at most {MAX_LINES} rows and {MAX_COLUMNS} columns: delete the empty ones below and beside the table"
            raise InvalidInput(_CODE, message, field="file")
        yield tuple(_cell(cell) for cell in row)


def _cell(cell: object) -> Cell:
    value, kind = getattr(cell, "value", None), getattr(cell, "data_type", "n")
    if kind in {"f", "e"} or getattr(cell, "is_date", False):
        return Unreadable({"f": "a formula", "e": "an error"}.get(kind, "a date"))
    if isinstance(value, float | int) and "%" in str(getattr(cell, "number_format", "")):
        return Unreadable("a cell shown as a percentage: write 30, not 30 %")
    if isinstance(value, float):
        return Decimal(repr(value))
    return value if value is None or isinstance(value, str | int | bool) else Unreadable(type(value).__name__)
