"""Files that hold a policy: the three kinds there and back, and what a hostile or careless workbook holds refused by name."""

import csv
import io
import json
import re
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
from ledger.core.applications.policy_sheets import READ_ME, ROWS, SETTINGS
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
        (setting("D2", "=40000+10000"), "cell D2: expected a plain number .* got a formula"),
        (setting("A2", '=HYPERLINK("http://x.example")'), "cell A2: expected text, got a formula"),
        (setting("D2", date(2026, 1, 1), "yyyy-mm-dd"), "cell D2: .* got a date"),
        (setting("H2", 0.3, "0.00%"), "cell H2: .* shown as a percentage"),
        (setting("D2", "#DIV/0!"), "cell D2: .* got an error"),
        (setting("D2", 0.125), "cell D2: .*at most 2 decimals"),
        (setting("B8", 1.5, sheet=SETTINGS), f"sheet {SETTINGS}, cell B8: expected a whole number"),
        (setting("D3000", 1), "at most 2000 rows"),
        (setting("CD3", 1), "40 columns"),
        (lambda book: book.create_sheet("More"), "sheet More"),
        (lambda book: setattr(book[ROWS].row_dimensions[3], "hidden", True), "cell A3: row 3 is hidden: show it"),
        (lambda book: setattr(book[ROWS].column_dimensions["D"], "hidden", True), "cell D1: column D is hidden"),
        (lambda book: setattr(book[ROWS], "sheet_state", "veryHidden"), f"sheet {ROWS}: it is hidden"),
        (lambda book: book[ROWS].merge_cells("D3:D4"), f"sheet {ROWS}, cells D3:D4: expected no merged cells"),
    ],
)
def test_cell_of_a_workbook_that_is_not_plainly_a_value_is_refused(change: Callable[[Any], None], said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        read_policy_file(changed(change))


def test_hidden_rows_and_merged_cells_count_where_something_stands_only() -> None:
    def change(book: Any) -> None:  # noqa: ANN401  # openpyxl has no types
        book[ROWS].row_dimensions[30].hidden = True
        book[READ_ME].merge_cells("A2:B3")

    assert read_policy_file(changed(change)).policy == DEFAULT_POLICY


@pytest.mark.parametrize("typed", ["50,000.00", "５００００", "５０，０００．００", " 50000 ", "\u300050000\u00a0"])
def test_amount_typed_as_text_is_read_where_it_can_mean_one_thing(typed: str) -> None:
    assert read_policy_file(changed(setting("D2", typed))).policy == DEFAULT_POLICY


@pytest.mark.parametrize("typed", ["5万", "1E+06", "50.000,00", "¥50000", "50000元", "٥٠٠٠٠", "-1", "1_000"])
def test_amount_that_a_person_would_have_to_interpret_is_refused(typed: str) -> None:
    with pytest.raises(InvalidInput, match="cell D2: expected a plain number such as 50000, without sign, unit, % or"):
        read_policy_file(changed(setting("D2", typed)))


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


def elsewhere(name: str, data: bytes) -> bytes:
    """Declare a document type in a part whose name says nothing of XML."""
    return b"\n<!DOCTYPE x []><x/>" if name == "docProps/app.xml" else data


def doubled(what: str) -> Callable[[str, bytes], bytes]:
    pattern = {"cell": rb'(<c r="D3".*?</c>)', "row": rb'(<row r="3".*?</row>)'}[what]
    return lambda name, data: (
        re.sub(pattern, rb"\1\1", data, count=1, flags=re.DOTALL) if name.endswith("sheet5.xml") else data
    )


def strict(name: str, data: bytes) -> bytes:
    ordinary = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return data.replace(ordinary, b"http://purl.oclc.org/ooxml/spreadsheetml/main") if name else data


def no_number(name: str, data: bytes) -> bytes:
    return data.replace(b"<v>50000</v>", b"<v>NaN</v>") if name.startswith("xl/worksheets") else data


def renamed() -> bytes:
    """Return the workbook with a sheet's part under another ending, and a document type in it."""
    kept = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(WORKBOOK)) as given, zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as made:
        for name in given.namelist():
            data = given.read(name).replace(b"sheet5.xml", b"sheet5.dat")
            made.writestr(
                name.replace("sheet5.xml", "sheet5.dat"), b"<!DOCTYPE x []>" + data if "sheet5" in name else data
            )
    return kept.getvalue()


def separated(mark: str) -> bytes:
    """Return the policy as a spreadsheet program writes it that has another mark between cells."""
    kept = io.StringIO()
    writer = csv.writer(kept, delimiter=mark)
    writer.writerows(csv.reader(io.StringIO(write_policy_file(DEFAULT_POLICY, "csv").decode("utf-8-sig"))))
    return kept.getvalue().encode("utf-8-sig")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (repacked(bomb), "parts of 16,777,216 bytes together"),
        (repacked(lambda _, data: data, more=60), "at most 60 parts"),
        (repacked(entity), "no document type"),
        (repacked(elsewhere), "no document type"),
        (renamed(), "no document type"),
        (repacked(doubled("cell")), f"sheet {ROWS}, cell D3: expected each cell once"),
        (repacked(doubled("row")), f"sheet {ROWS}, row 3: expected each cell once"),
        (repacked(strict), "Strict Open XML"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "save it as .xlsx"),
        (write_policy_file(DEFAULT_POLICY, "csv").decode("utf-8-sig").encode("gbk"), "CSV UTF-8"),
        (separated(";"), "line 2: expected a comma between two cells, got ;"),
        (separated("\t"), "line 2: expected a comma between two cells, got a tab"),
        (repacked(broken), "damaged"),
        (repacked(no_number), "damaged"),
        (WORKBOOK[:2000], "damaged"),
        (b"PK\x03\x04", "damaged"),
        (b" " * (MAX_FILE_BYTES + 1), "at most 1,048,576 bytes"),
        (b"\xff\xfe", "UTF-8"),
        (b"%PDF-1.7", "title of a sheet"),
    ],
    ids=range(19),
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


@pytest.mark.parametrize(
    ("plain", "narrow", "said"),
    [
        (b'<row r="3"', b'<row ht="0" r="3"', "cell A3: row 3"),
        (b'<col width="26"', b'<col width="0"', "cell A1: column A"),
    ],
)
def test_row_or_column_without_any_size_is_hidden_too(plain: bytes, narrow: bytes, said: str) -> None:
    def change(name: str, data: bytes) -> bytes:
        return data.replace(plain, narrow) if name.endswith("sheet5.xml") else data

    with pytest.raises(InvalidInput, match=f"{said} is hidden") as caught:
        read_policy_file(repacked(change))
    assert caught.value.code == "policy.cell"
