"""Files that hold a policy: the three kinds there and back, and what a hostile or careless workbook holds refused by name."""

import io
import json
import zipfile
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from openpyxl import load_workbook

from api.schemas.policy_files import MAX_FILE_BYTES, Format, read_policy_file, write_policy_file
from ledger.core.applications.default_policy import DEFAULT_POLICY
from ledger.core.applications.policy import Policy, parse_policy
from ledger.core.applications.policy_sheets import ROWS, SETTINGS
from ledger.errors import InvalidInput
from signing.canonical import encode
from support.policies import policies

WORKBOOK = write_policy_file(DEFAULT_POLICY, "xlsx")


@pytest.mark.parametrize("form", ["json", "csv", "xlsx"])
def test_policy_comes_back_from_a_file_unchanged(form: Format) -> None:
    again = read_policy_file(write_policy_file(DEFAULT_POLICY, form))
    assert encode(again.policy.to_json()) == encode(DEFAULT_POLICY.to_json())


@settings(max_examples=15, deadline=None)
@given(policies())
def test_any_policy_comes_back_from_a_workbook_unchanged(policy: Policy) -> None:
    again = read_policy_file(write_policy_file(policy, "xlsx"))
    assert encode(again.policy.to_json()) == encode(policy.to_json())


def test_names_that_a_spreadsheet_might_take_for_something_else_come_back_as_they_are() -> None:
    value: Any = json.loads(encode(DEFAULT_POLICY.to_json()))
    names = ["2026-01-01", "007", "1E5", "TRUE", "a_x0041_b", "50%"]
    value["products"] = names
    value["rows"][4]["when"]["amount"] = {"over": "999999999999999998", "up_to": "999999999999999999"}
    policy = parse_policy(value)
    assert read_policy_file(write_policy_file(policy, "xlsx")).policy == policy
    assert read_policy_file(write_policy_file(policy, "csv")).policy == policy


def changed(change: Callable[[Any], None]) -> bytes:
    book = load_workbook(io.BytesIO(WORKBOOK))
    change(book)
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def setting(cell: str, value: object, shown: str = "General", sheet: str = ROWS) -> Callable[[Any], None]:
    def change(book: Any) -> None:  # noqa: ANN401  # openpyxl has no types
        book[sheet][cell] = value
        book[sheet][cell].number_format = shown

    return change


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (setting("D2", "=40000+10000"), "cell D2: expected a number .* got a formula"),
        (setting("A2", '=HYPERLINK("http://x.example")'), "cell A2: expected text, got a formula"),
        (setting("D2", date(2026, 1, 1), "yyyy-mm-dd"), "cell D2: .* got a date"),
        (setting("H2", 0.3, "0.00%"), "cell H2: .* shown as a percentage"),
        (setting("D2", "#DIV/0!"), "cell D2: .* got an error"),
        (setting("D2", 0.125), "cell D2: .*at most 2 decimals"),
        (setting("B8", 1.5, sheet=SETTINGS), f"sheet {SETTINGS}, cell B8: expected a whole number"),
        (setting("D3000", 1), "at most 2000 rows"),
        (setting("CD3", 1), "40 columns"),
        (lambda book: book.create_sheet("More"), "sheet More"),
    ],
)
def test_cell_of_a_workbook_that_is_not_plainly_a_value_is_refused(change: Callable[[Any], None], said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        read_policy_file(changed(change))


def test_number_typed_by_a_person_is_read_exactly() -> None:
    read = read_policy_file(changed(setting("D2", 50000.01)))
    assert read.policy.rows[0].when.amount.up_to == 5_000_001
    assert read.places.row("small-good") == f"sheet {ROWS}, cell A2"


def repacked(change: Callable[[str, bytes], bytes], *, more: int = 0) -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(WORKBOOK)) as given, zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as made:
        for name in given.namelist():
            made.writestr(name, change(name, given.read(name)))
        for number in range(more):
            made.writestr(f"more/{number}.xml", b"<a/>")
    return kept.getvalue()


def bomb(name: str, data: bytes) -> bytes:
    return data + b" " * (17 << 20) if name.endswith("workbook.xml") else data


def entity(name: str, data: bytes) -> bytes:
    doctype = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    return doctype + data if name.endswith("sheet2.xml") else data


def broken(name: str, data: bytes) -> bytes:
    return b"<worksheet" if name.endswith("sheet2.xml") else data


def no_number(name: str, data: bytes) -> bytes:
    return data.replace(b"<v>50000</v>", b"<v>NaN</v>") if name.startswith("xl/worksheets") else data


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (repacked(bomb), "parts of 16,777,216 bytes together"),
        (repacked(lambda _, data: data, more=60), "at most 60 parts"),
        (repacked(entity), "no document type"),
        (repacked(broken), "damaged"),
        (repacked(no_number), "damaged"),
        (WORKBOOK[:2000], "damaged"),
        (b"PK\x03\x04", "damaged"),
        (b" " * (MAX_FILE_BYTES + 1), "at most 1,048,576 bytes"),
        (b"\xff\xfe", "UTF-8"),
        (b"%PDF-1.7", "title of a sheet"),
    ],
    ids=range(10),
)
def test_file_that_is_no_policy_is_refused(data: bytes, said: str) -> None:
    with pytest.raises(InvalidInput, match=said) as caught:
        read_policy_file(data)
    assert caught.value.code == "policy.file"


@pytest.mark.parametrize(
    ("data", "code"), [(b"{", "json.malformed"), (b'{"tag":1.5}', "json.float"), (b"{}", "policy.invalid")]
)
def test_json_is_read_as_strictly_as_over_http(data: bytes, code: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_policy_file(data)
    assert caught.value.code == code


def test_workbook_says_in_both_languages_what_it_is() -> None:
    book = load_workbook(io.BytesIO(WORKBOOK))
    assert book.sheetnames[0] == "说明 Read me"
    assert [cell.value for cell in book[ROWS][1]][:2] == ["规则 row", "产品 products"]
    assert book[ROWS]["D2"].value == 50000
