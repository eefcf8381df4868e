"""Sheets of a spreadsheet as plain values, and how one cell is read: an amount, a number, a yes, a list of names.

Promises: a cell that cannot be read is named by sheet, column letter and row, with what was expected and what came; numbers are
exact, a fraction of the smallest unit is refused. Leaves to others: file formats (policy_csv, api), and what the columns mean.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from ledger.errors import InvalidInput

LIST_MARK = "; "
NO, YES = "否 no", "是 yes"
_CODE = "policy.cell"
_LETTERS = 26
_SHOWN = 40
_MARKS = re.compile(r"[;；\n]")
_PLAIN = re.compile(r"[0-9]{1,20}(\.[0-9]{1,6})?")
_GROUPED = re.compile(r"[0-9]{1,3}(,[0-9]{3}){1,6}(\.[0-9]{1,6})?")
_FULL_WIDTH = str.maketrans("０１２３４５６７８９．，", "0123456789.,")  # as a Chinese keyboard writes them
_FLAGS: Mapping[str, bool] = {"no": False, "否": False, "false": False, "yes": True, "是": True, "true": True}

_Value = TypeVar("_Value")


@dataclass(frozen=True)
class Unreadable:
    """A cell that is neither text nor a number: `what` names it, such as "a formula"."""

    what: str


Cell = str | int | Decimal | bool | Unreadable | None
Line = tuple[Cell, ...]


@dataclass(frozen=True)
class Sheet:
    """One table: its title, its lines from the headings on, and the number that the file gives the first of them."""

    title: str
    lines: tuple[Line, ...]
    first: int = 1

    def place(self, line: int, column: int) -> str:
        """Return how people find a cell: the sheet, then column letter and row number."""
        return f"sheet {self.title}, cell {column_letter(column)}{self.first + line}"

    def refused(self, line: int, column: int, message: str) -> InvalidInput:
        """Return the refusal of one cell."""
        place = self.place(line, column)
        return InvalidInput(_CODE, f"{place}: {message}", field=place)

    def parsed(self, line: int, column: int, parse: Callable[[Cell], _Value]) -> _Value:
        """Return what `parse` makes of a cell; its refusal names the cell and what stands in it."""
        cell = self.lines[line][column] if column < len(self.lines[line]) else None
        try:
            return parse(cell)
        except InvalidInput as error:
            raise self.refused(line, column, f"{error.message}, got {shown(cell)}") from error


def column_letter(column: int) -> str:
    """Return the letters over a column, counted from 0."""
    letters, left = "", column + 1
    while left:
        left, rest = divmod(left - 1, _LETTERS)
        letters = chr(ord("A") + rest) + letters
    return letters


def shown(cell: Cell) -> str:
    """Return a cell as a message quotes it."""
    if isinstance(cell, Unreadable):
        return cell.what
    return "nothing" if is_blank(cell) else f"“{str(cell)[:_SHOWN]}”"


def is_blank(cell: Cell) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def text(cell: Cell) -> str:
    """Return the text of a cell; a whole number counts as its digits, since a spreadsheet makes one of “1”."""
    if isinstance(cell, bool | Decimal | Unreadable) or is_blank(cell):
        raise _expected("text")
    return str(cell).strip()


def names(cell: Cell) -> list[str]:
    """Return a list of names, written with ; between them; an empty cell is an empty list."""
    if is_blank(cell):
        return []
    found = [part.strip() for part in _MARKS.split(text(cell))]
    if not all(found):
        raise _expected("names with one ; between two of them")
    return found


def decimal(cell: Cell, places: int, *, most: int) -> int | None:
    """Return a number in units of 10^-places, exactly, at most `most` of them; None for an empty cell."""
    if is_blank(cell):
        return None
    value = _number(cell)
    scaled = value.scaleb(places) if value is not None and value.is_finite() else None
    if scaled is None or scaled != scaled.to_integral_value() or not 0 <= scaled <= most:
        largest = Decimal(most).scaleb(-places)
        raise _expected(
            f"a plain number such as 50000, without sign, unit, % or exponent, at most {largest:,f} and with at most {places} decimals"
        )
    return int(scaled)


def whole(cell: Cell) -> int | None:
    """Return a whole number; None for an empty cell."""
    if is_blank(cell):
        return None
    value = _number(cell)
    if value is None or not value.is_finite() or value != value.to_integral_value() or value < 0:
        raise _expected("a whole number such as 15, in digits alone")
    return int(value)


def flag(cell: Cell) -> bool:
    """Return yes or no, in either language or both."""
    if isinstance(cell, bool):
        return cell
    words = set(str(cell).lower().split()) if isinstance(cell, str) else set()
    meant = {_FLAGS.get(word) for word in words}
    if len(meant) != 1 or None in meant:
        raise _expected("是 yes or 否 no")
    return meant == {True}


def _number(cell: Cell) -> Decimal | None:
    if isinstance(cell, bool | Unreadable) or cell is None:
        return None
    if not isinstance(cell, str):
        return Decimal(cell)
    plain = cell.strip().translate(_FULL_WIDTH)
    if not _PLAIN.fullmatch(plain) and not _GROUPED.fullmatch(plain):
        return None
    return Decimal(plain.replace(",", ""))


def _expected(what: str) -> InvalidInput:
    return InvalidInput("field.malformed", f"expected {what}")
