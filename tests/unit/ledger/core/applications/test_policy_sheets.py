"""A policy as sheets: there and back unchanged, and a wrong cell named by sheet, column letter and row."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings

from ledger.core.applications.default_policy import DEFAULT_POLICY
from ledger.core.applications.policy import Policy, parse_policy
from ledger.core.applications.policy_check import find_defects
from ledger.core.applications.policy_csv import MAX_LINES, read_csv, write_csv
from ledger.core.applications.policy_sheets import HEADINGS, PATHS, READ_ME, ROWS, SETTINGS, STEPS, policy_sheets
from ledger.core.applications.read_policy_sheets import read_policy_sheets
from ledger.core.applications.sheets import Cell, Sheet, Unreadable, column_letter, flag, shown
from ledger.errors import InvalidInput
from support.policies import policies


@settings(max_examples=40, deadline=None)
@given(policies())
def test_policy_comes_back_from_its_sheets_and_from_csv_unchanged(policy: Policy) -> None:
    assert parse_policy(policy.to_json()) == policy
    assert read_policy_sheets(policy_sheets(policy)).policy == policy
    again = read_policy_sheets(read_csv(write_csv(policy_sheets(policy))))
    assert again.policy.to_json() == policy.to_json()
    assert again.policy.sha256() == policy.sha256()


def with_cell(title: str, line: int, column: int, value: Cell) -> list[Sheet]:
    """The default policy's sheets with one cell changed; lines and columns from 0."""
    return with_lines(
        title,
        lambda lines: [
            (*cells[:column], value, *cells[column + 1 :]) if number == line else cells
            for number, cells in enumerate(lines)
        ],
    )


def with_lines(title: str, change: Callable[[list[tuple[Cell, ...]]], list[tuple[Cell, ...]]]) -> list[Sheet]:
    return [
        replace(sheet, lines=tuple(change(list(sheet.lines)))) if sheet.title == title else sheet
        for sheet in policy_sheets(DEFAULT_POLICY)
    ]


def at(title: str, name: str) -> int:
    return [heading.name for heading in HEADINGS[title]].index(name)


def refused(sheets: list[Sheet]) -> InvalidInput:
    with pytest.raises(InvalidInput) as caught:
        read_policy_sheets(sheets)
    return caught.value


@pytest.mark.parametrize(
    ("title", "line", "name", "value", "cell", "said"),
    [
        (ROWS, 1, "amount_up_to", "fifty", "D2", "at most 2 decimals"),
        (ROWS, 1, "amount_up_to", Decimal("0.125"), "D2", "at most 2 decimals"),
        (ROWS, 1, "amount_up_to", -1, "D2", "at most 2 decimals"),
        (ROWS, 1, "amount_up_to", True, "D2", "at most 2 decimals"),
        (ROWS, 1, "amount_up_to", Decimal("Infinity"), "D2", "at most 2 decimals"),
        (ROWS, 1, "amount_up_to", 10**17, "D2", "at most 9,999,999,999,999,999.99"),
        (ROWS, 1, "amount_up_to", Unreadable("a formula"), "D2", "got a formula"),
        (ROWS, 3, "amount_up_to", 1, "D4", "more than in the column before"),
        (ROWS, 1, "fall_up_to", "100.01", "H2", "at most 100.00"),
        (ROWS, 1, "listed", "maybe", "F2", "是 yes or 否 no"),
        (ROWS, 1, "listed", None, "F2", "是 yes or 否 no"),
        (ROWS, 1, "listed", "yes no", "F2", "是 yes or 否 no"),
        (ROWS, 1, "grades", "A;;B", "E2", "one ; between"),
        (ROWS, 1, "grades", " ", "E2", "or * for all"),
        (ROWS, 1, "grades", "A; Z", "E2", "expected one of A, B, C, D, E"),
        (ROWS, 1, "path", "nowhere", "I2", "expected one of automatic"),
        (ROWS, 1, "id", None, "A2", "expected text, got nothing"),
        (ROWS, 1, "id", "=1+1", "A2", "starts with a letter"),
        (ROWS, 2, "id", "small-good", "A3", "an id of its own"),
        (SETTINGS, 2, "value", None, "B3", "expected text"),
        (SETTINGS, 8, "value", "nowhere", "B9", "expected one of automatic"),
        (SETTINGS, 8, "value", "automatic", "B9", "that people decide"),
        (SETTINGS, 7, "value", "", "B8", "a whole number"),
        (SETTINGS, 7, "value", "1.5", "B8", "a whole number"),
        (SETTINGS, 7, "value", "1e5", "B8", "a whole number"),
        (SETTINGS, 3, "item", "colour", "A4", "expected one of"),
        (SETTINGS, 1, "value", "tally/policy/v2", "B2", "tally/policy/v1"),
        (PATHS, 1, "third_party", "credit-report", "C2", "its longest age"),
        (PATHS, 1, "check_minutes", 0, "D2", "from 1 to"),
        (PATHS, 2, "path", "automatic", "A3", "each path once"),
        (PATHS, 2, "path", "pair", "A3", "a path with steps"),
        (STEPS, 1, "kind", "oracle", "C2", "委员会 committee"),
        (STEPS, 1, "kind", "person committee", "C2", "委员会 committee"),
        (STEPS, 1, "count", 0, "E2", "at least 1"),
        (STEPS, 3, "order", 3, "B4", "expected 2"),
        (STEPS, 1, "size", 2, "H2", "outside a committee"),
        (STEPS, 7, "quorum", 6, "I8", "1 to 5"),
        (STEPS, 1, "chair_casts", 1, "K2", "是 yes or 否 no"),
    ],
)  # fmt: skip
def test_wrong_cell_is_named_with_what_was_expected(  # noqa: PLR0913, PLR0917  # a table of cells
    title: str, line: int, name: str, value: Cell, cell: str, said: str
) -> None:
    error = refused(with_cell(title, line, at(title, name), value))
    assert error.code == "policy.cell"
    assert error.field == f"sheet {title}, cell {cell}"
    assert said in error.message


@pytest.mark.parametrize(
    ("title", "line", "name", "value"),
    [
        (ROWS, 1, "amount_up_to", "50,000.00"),
        (ROWS, 1, "amount_up_to", 50_000),
        (ROWS, 1, "amount_up_to", Decimal("50000.0")),
        (ROWS, 1, "listed", False),
        (ROWS, 1, "listed", "FALSE"),
        (ROWS, 1, "listed", "否"),
        (ROWS, 1, "grades", "A；B"),
        (ROWS, 1, "grades", "A\nB"),
        (STEPS, 1, "kind", "Automatic"),
        (STEPS, 1, "kind", "自动"),
        (STEPS, 7, "chair_casts", True),
    ],
)
def test_what_people_and_spreadsheet_programs_make_of_a_cell_is_read_as_meant(
    title: str, line: int, name: str, value: Cell
) -> None:
    assert read_policy_sheets(with_cell(title, line, at(title, name), value)).policy == DEFAULT_POLICY


def test_columns_may_stand_in_another_order_and_empty_lines_do_not_count() -> None:
    def turned(lines: list[tuple[Cell, ...]]) -> list[tuple[Cell, ...]]:
        return (
            [(), *(tuple(reversed(line)) for line in lines)]
            if not lines
            else [tuple(reversed(lines[0])), (None, " "), *(tuple(reversed(line)) for line in lines[1:])]
        )

    read = read_policy_sheets([Sheet(READ_ME, (("anything",),)), *with_lines(ROWS, turned)])
    assert read.policy == DEFAULT_POLICY
    assert read.places.row("small-good") == f"sheet {ROWS}, cell I3"


@pytest.mark.parametrize(
    ("sheets", "code", "said"),
    [
        (policy_sheets(DEFAULT_POLICY)[:3], "policy.sheet", f"expected a sheet {ROWS}"),
        ((*policy_sheets(DEFAULT_POLICY), Sheet("Extra", ())), "policy.sheet", "sheet Extra"),
        ((*policy_sheets(DEFAULT_POLICY), policy_sheets(DEFAULT_POLICY)[0]), "policy.sheet", "each once"),
        (with_cell(ROWS, 0, 0, "colour"), "policy.cell", "cell A1"),
        (with_cell(ROWS, 0, 1, "规则 row"), "policy.cell", "cell B1"),
        (with_cell(ROWS, 0, 1, None), "policy.sheet", "a column 产品 products"),
        (with_lines(ROWS, lambda _: []), "policy.sheet", "a column 规则 row"),
        (with_lines(ROWS, lambda lines: lines[:1]), "policy.sheet", "rows"),
        (with_lines(ROWS, lambda lines: [*lines, (*[None] * 9, "note")]), "policy.cell", "cell J10"),
        (with_lines(SETTINGS, lambda lines: lines[:-1]), "policy.sheet", "a line 兜底路径 strictest path"),
        (with_lines(SETTINGS, lambda lines: [*lines, lines[-1]]), "policy.cell", "cell A10"),
        (with_lines(PATHS, lambda lines: lines[:-1]), "policy.cell", f"sheet {STEPS}, cell A8: expected a path"),
    ],
)  # fmt: skip
def test_sheet_or_heading_that_is_not_as_expected_is_refused(sheets: list[Sheet], code: str, said: str) -> None:
    error = refused(sheets)
    assert error.code == code
    assert said in error.message


def test_rule_set_after_people_is_refused_at_its_path() -> None:
    error = refused(
        with_lines(STEPS, lambda lines: [*lines[:3], (*lines[3][:2], "automatic", *lines[3][3:-1], None), *lines[4:]])
    )
    assert (error.code, error.field) == ("policy.cell", f"sheet {PATHS}, cell A3")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("规则".encode("gbk"), "UTF-8"),
        (b"a,b\n", "line 1"),
        (b"no title, before\n[x]\n", "line 1"),
        (b'"open', "comma-separated"),
        (b"," * 60, "40 columns"),
        (b"\n" * (MAX_LINES + 1), "2000 lines"),
    ],
)
def test_csv_that_is_none_of_ours_is_refused(data: bytes, said: str) -> None:
    with pytest.raises(InvalidInput, match=said) as caught:
        read_csv(data)
    assert caught.value.code == "policy.file"


def test_cell_of_a_csv_file_is_named_by_the_line_of_the_file() -> None:
    data = write_csv(policy_sheets(DEFAULT_POLICY)).replace(b"5.00", b"5.005", 1).replace(b"50000.00", b"50000.001", 1)
    error = refused(read_csv(data))
    line = next(number for number, text in enumerate(data.decode().splitlines(), 1) if "50000.001" in text)
    assert error.field == f"sheet {ROWS}, cell D{line}"


def test_empty_csv_has_no_sheets() -> None:
    assert read_csv(b"") == []


def test_letters_of_columns_go_on_after_z() -> None:
    assert [column_letter(place) for place in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]


def test_long_cell_is_quoted_short() -> None:
    assert shown("x" * 99) == f"“{'x' * 40}”"


@pytest.mark.parametrize("cell", [None, Unreadable("a date"), 3])
def test_yes_is_not_read_out_of_anything_else(cell: Cell) -> None:
    with pytest.raises(InvalidInput):
        flag(cell)


@pytest.mark.parametrize(
    ("title", "line", "name", "value", "code", "cell"),
    [
        (STEPS, 2, "role", "clerk", "policy.role", f"sheet {STEPS}, cell D3"),
        (STEPS, 2, "escalates_to", "clerk", "policy.role", f"sheet {STEPS}, cell L3"),
        (STEPS, 7, "veto", "clerk", "policy.role", f"sheet {STEPS}, cell J8"),
        (PATHS, 2, "check_minutes", None, "policy.unchecked", f"sheet {PATHS}, cell D3"),
    ],
)
def test_cell_that_no_role_or_no_check_can_meet_is_named(  # noqa: PLR0913, PLR0917  # one cell and what is said of it
    title: str, line: int, name: str, value: Cell, code: str, cell: str
) -> None:
    read = read_policy_sheets(with_cell(title, line, at(title, name), value))
    with pytest.raises(InvalidInput) as caught:
        find_defects(read.policy, read.places)
    assert (caught.value.code, caught.value.field) == (code, cell)
    assert caught.value.message.startswith(f"{cell}: ")
