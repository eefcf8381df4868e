"""The four sheets of a policy read back: strictly, each refusal naming the cell (DESIGN section 6).

Promises: every heading must be there, once, in any order; a line that is empty counts as none; what the policy's own rules refuse
is told at the cell that caused it. Gaps and overlaps are left to policy_check, which `places` lets point to cells.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ledger.core.applications.policy import (
    MAX_BASIS_POINTS,
    MAX_MINOR,
    Policy,
    parse_path,
    parse_policy,
    parse_row,
    parse_step,
)
from ledger.core.applications.policy_check import Places
from ledger.core.applications.policy_sheets import (
    HEADINGS,
    KINDS,
    PATHS,
    PERCENT_PLACES,
    READ_ME,
    ROWS,
    SETTING_LINES,
    SETTINGS,
    STEPS,
)
from ledger.core.applications.sheets import Cell, Sheet, decimal, flag, is_blank, names, shown, text, whole
from ledger.core.log.currencies import decimals
from ledger.errors import InvalidInput
from signing.canonical import Json

_CODE = "policy.sheet"
_PLACE = re.compile(r"policy\.rows\[(\d+)\]\.(?:when\.)?(\w+)")
_KIND_WORDS = {word: name for name, both in KINDS.items() for word in both.split()}


@dataclass(frozen=True)
class ReadPolicy:
    """The policy, and where its rows, paths and steps stand in the file."""

    policy: Policy
    places: Places


@dataclass(frozen=True)
class _Table:
    """A sheet with its columns found by their headings."""

    sheet: Sheet
    columns: Mapping[str, int]

    def lines(self) -> Iterator[int]:
        """Yield the numbers of the lines that hold something, the headings aside."""
        for line in range(1, len(self.sheet.lines)):
            if not all(map(is_blank, self.sheet.lines[line])):
                yield line

    def value(self, line: int, name: str, parse: Callable[[Cell], Json]) -> Json:
        return self.sheet.parsed(line, self.columns[name], parse)

    def cells(self, line: int, *what: str) -> Iterator[tuple[tuple[str, ...], str]]:
        """Yield the cells of a line: what it is about with the column's name, and where it stands."""
        for name, column in self.columns.items():
            yield (*what, name), self.sheet.place(line, column)

    def refused(self, line: int, name: str, message: str) -> InvalidInput:
        return self.sheet.refused(line, self.columns.get(name, 0), message)

    def check(self, line: int, value: Json, parse: Callable[[Json], object]) -> None:
        """Have a rule of the policy look at a line; its refusal is told at the cell that it names."""
        try:
            parse(value)
        except InvalidInput as error:
            raise self.refused(line, (error.field or "").rpartition(".")[2], _said(error)) from error


def read_policy_sheets(sheets: Sequence[Sheet]) -> ReadPolicy:
    """Return the policy of its sheets.

    Raises InvalidInput("policy.sheet") for a missing, repeated or unknown sheet or heading, InvalidInput("policy.cell") for a cell.
    """
    tables = _tables(sheets)
    settings, setting_lines = _settings(tables[SETTINGS])
    steps = _steps(tables[STEPS])
    paths = _paths(tables[PATHS], steps)
    _check_steps_known(tables[STEPS], steps, paths)
    rows, lines = _rows(tables[ROWS], decimals(str(settings["currency"])))
    try:
        policy = parse_policy({**settings, "paths": {name: path for name, (_, path) in paths.items()}, "rows": rows})
    except InvalidInput as error:
        found = _Found(setting_lines, {name: line for name, (line, _) in paths.items()}, lines)
        raise _at_cell(tables, found, error) from error
    cells: dict[tuple[str, ...], str] = {}
    for row, line in zip(policy.rows, lines, strict=True):
        cells.update(tables[ROWS].cells(line, "row", row.id))
    for name, (line, _) in paths.items():
        cells.update(tables[PATHS].cells(line, "path", name))
        for number, (step_line, _) in steps[name].items():
            cells.update(tables[STEPS].cells(step_line, "step", name, str(number)))
    return ReadPolicy(policy, Places(cells))


def _tables(sheets: Sequence[Sheet]) -> dict[str, _Table]:
    found: dict[str, _Table] = {}
    for sheet in sheets:
        if sheet.title == READ_ME:
            continue
        if sheet.title not in HEADINGS or sheet.title in found:
            expected = ", ".join(HEADINGS)
            raise InvalidInput(
                _CODE,
                f"sheet {sheet.title[:40]}: expected the sheets {expected}, each once: rename it, or delete it",
                field="file",
            )
        found[sheet.title] = _Table(sheet, _columns(sheet))
    for title in HEADINGS:
        if title not in found:
            raise InvalidInput(_CODE, f"expected a sheet {title}, got none of that name", field="file")
    return found


def _columns(sheet: Sheet) -> dict[str, int]:
    known = {heading.text: heading.name for heading in HEADINGS[sheet.title]}
    columns: dict[str, int] = {}
    for place, cell in enumerate(sheet.lines[0] if sheet.lines else ()):
        name = known.get(str(cell).strip())
        if name is None or name in columns:
            if is_blank(cell):
                continue
            raise sheet.refused(
                0,
                place,
                f"expected one of the headings {', '.join(known)}, each once, got {shown(cell)}: delete the column, or name it so",
            )
        columns[name] = place
    for heading in HEADINGS[sheet.title]:
        if heading.name not in columns:
            raise InvalidInput(_CODE, f"sheet {sheet.title}: expected a column {heading.text}, got none", field="file")
    _check_inside(sheet, set(columns.values()))
    return columns


def _check_inside(sheet: Sheet, columns: set[int]) -> None:
    """Refuse what stands outside of the columns: nothing that somebody wrote is passed over in silence."""
    for line, cells in enumerate(sheet.lines):
        for place, cell in enumerate(cells):
            if place not in columns and not is_blank(cell):
                raise sheet.refused(line, place, "expected nothing outside of the columns that have a heading")


def _settings(table: _Table) -> tuple[dict[str, Json], dict[str, int]]:
    known = {item: name for name, item, _ in SETTING_LINES}
    values: dict[str, Json] = {}
    lines: dict[str, int] = {}
    for line in table.lines():
        item = str(table.value(line, "item", text))
        name = known.get(item)
        if name is None or name in values:
            raise table.refused(line, "item", f"expected one of {', '.join(known)}, each once, got “{item[:40]}”")
        values[name], lines[name] = table.value(line, "value", _SETTING_PARSERS.get(name, text)), line
    for name, item, _ in SETTING_LINES:
        if name not in values:
            raise InvalidInput(_CODE, f"sheet {SETTINGS}: expected a line {item}, got none", field="file")
    return values, lines


def _steps(table: _Table) -> dict[str, dict[int, tuple[int, Json]]]:
    """Return for each path its steps by their order, each with its line."""
    found: dict[str, dict[int, tuple[int, Json]]] = {}
    for line in table.lines():
        path = str(table.value(line, "path", text))
        order = table.value(line, "order", _needed)
        told = {name: table.value(line, name, parse) for name, parse in _STEP_PARSERS.items()}
        step: Json = {name: value for name, value in told.items() if name != "escalates_to" or value is not None}
        table.check(line, step, parse_step)
        steps = found.setdefault(path, {})
        if not isinstance(order, int) or order != len(steps) + 1:
            raise table.refused(line, "order", f"expected {len(steps) + 1}, the next step of path {path}, got {order}")
        steps[order] = (line, step)
    return found


def _paths(table: _Table, steps: Mapping[str, dict[int, tuple[int, Json]]]) -> dict[str, tuple[int, Json]]:
    found: dict[str, tuple[int, Json]] = {}
    for line in table.lines():
        name = str(table.value(line, "path", text))
        if name in found:
            raise table.refused(line, "path", f"expected each path once, got {name} twice")
        if name not in steps:
            raise table.refused(line, "path", f"expected a path with steps on the sheet {STEPS}, got {name}")
        told = {key: table.value(line, key, parse) for key, parse in _PATH_PARSERS.items()}
        path: Json = {
            "steps": [step for _, step in steps[name].values()],
            **told,
        }
        table.check(line, path, parse_path)
        found[name] = (line, path)
    return found


def _check_steps_known(
    table: _Table, steps: Mapping[str, dict[int, tuple[int, Json]]], paths: Mapping[str, object]
) -> None:
    for name, found in steps.items():
        if name not in paths:
            raise table.refused(found[1][0], "path", f"expected a path of the sheet {PATHS}, got {name}")


def _rows(table: _Table, places: int) -> tuple[list[Json], list[int]]:
    rows: list[Json] = []
    lines: list[int] = []
    for line in table.lines():
        row: Json = {
            "id": table.value(line, "id", text),
            "when": {
                "products": table.value(line, "products", _some_names),
                "amount": _span(table, line, "amount", lambda cell: _minor(cell, places)),
                "grades": table.value(line, "grades", _some_names),
                "listed": table.value(line, "listed", _flags),
                "collateral_fall": _span(table, line, "fall", _percent),
            },
            "path": table.value(line, "path", text),
        }
        table.check(line, row, parse_row)
        rows.append(row)
        lines.append(line)
    return rows, lines


def _span(table: _Table, line: int, name: str, parse: Callable[[Cell], Json]) -> Json:
    over, up_to = (table.value(line, f"{name}_{end}", parse) for end in ("over", "up_to"))
    if over is not None and up_to is not None and int(str(over)) >= int(str(up_to)):
        raise table.refused(line, f"{name}_up_to", "expected more than in the column before, or an empty cell")
    return {"over": over, "up_to": up_to}


@dataclass(frozen=True)
class _Found:
    """On which lines the parts of the policy stand."""

    settings: Mapping[str, int]
    paths: Mapping[str, int]
    rows: Sequence[int]


def _at_cell(tables: Mapping[str, _Table], found: _Found, error: InvalidInput) -> InvalidInput:
    """Return a refusal of the whole policy as one of the cell that it names, or as it is where it names none."""
    field = error.field or ""
    if (row := _PLACE.fullmatch(field)) is not None:
        several = ", several with ; between" if row[2] in {"products", "grades"} else ""
        return tables[ROWS].refused(found.rows[int(row[1])], row[2], _said(error) + several)
    name = field.removeprefix("policy.")
    path = name.removeprefix("paths.")
    if path in found.paths and path != name:
        return tables[PATHS].refused(found.paths[path], "path", _said(error))
    if name in found.settings:
        return tables[SETTINGS].refused(found.settings[name], "value", _said(error))
    return InvalidInput(_CODE, error.message, field="file")


def _said(error: InvalidInput) -> str:
    """Return what a rule said, without the place in the JSON, which nobody sees in a spreadsheet."""
    return error.message.rpartition(": ")[2]


def _needed(cell: Cell) -> int:
    value = whole(cell)
    if value is None:
        raise InvalidInput("field.malformed", "expected a whole number")
    return value


def _kind(cell: Cell) -> str:
    meant = {_KIND_WORDS.get(word, "") for word in text(cell).lower().split()}
    if len(meant) != 1 or "" in meant:
        raise InvalidInput("field.malformed", f"expected one of {', '.join(KINDS.values())}")
    return meant.pop()


def _some_names(cell: Cell) -> Json:
    found = names(cell)
    if not found:
        raise InvalidInput("field.malformed", "expected names with ; between, or * for all")
    return [*found]


def _names(cell: Cell) -> Json:
    return [*names(cell)]


def _flags(cell: Cell) -> Json:
    return [flag(cell)] if isinstance(cell, bool) else [flag(name) for name in names(cell) or [""]]


def _minor(cell: Cell, places: int) -> str | None:
    value = decimal(cell, places, most=MAX_MINOR)
    return None if value is None else str(value)


def _percent(cell: Cell) -> int | None:
    return decimal(cell, PERCENT_PLACES, most=MAX_BASIS_POINTS)


def _third_party(cell: Cell) -> Json:
    return [_fresh(item) for item in names(cell)]


def _role_or_nobody(cell: Cell) -> Json:
    return None if is_blank(cell) else text(cell)


def _fresh(item: str) -> Json:
    source, mark, days = item.rpartition(":")
    if not mark or not source.strip() or not days.strip().isascii() or not days.strip().isdigit():
        raise InvalidInput(
            "field.malformed", "expected a source and its longest age in days, such as credit-report: 30"
        )
    return {"source": source.strip(), "max_age_days": int(days)}


_SETTING_PARSERS: Mapping[str, Callable[[Cell], Json]] = {
    "products": _some_names,
    "grades": _some_names,
    "branches": _some_names,
    "link_days": _needed,
}
_PATH_PARSERS: Mapping[str, Callable[[Cell], Json]] = {
    "attachments": _names,
    "third_party": _third_party,
    "check_minutes": whole,
}
_STEP_PARSERS: Mapping[str, Callable[[Cell], Json]] = {
    "kind": _kind,
    "role": text,
    "count": _needed,
    "departments": _names,
    "due_business_days": _needed,
    "size": _needed,
    "quorum": _needed,
    "veto": _names,
    "chair_casts": flag,
    "escalates_to": _role_or_nobody,
}
