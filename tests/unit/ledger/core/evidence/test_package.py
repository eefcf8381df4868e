"""The evidence package: one spelling, bounded, and no keys inside."""

from dataclasses import replace
from typing import cast

import pytest

from ledger.core.evidence.package import MAX_BYTES, MAX_RECEIPTS, Growth, Package, parse_package, read_material
from ledger.errors import VerificationFailed
from signing import canonical
from signing.canonical import Json
from support.evidence_material import AGREEMENT, build
from support.fixed_keys import ORIGIN

PACKAGE = replace(build().package, growths=(Growth(ORIGIN, 4, 12, (bytes(32), bytes([1] * 32))),))


def as_json() -> dict[str, Json]:
    return cast("dict[str, Json]", canonical.decode(PACKAGE.to_bytes()))


def code_of(data: bytes) -> str:
    with pytest.raises(VerificationFailed) as caught:
        parse_package(data)
    return caught.value.code


def test_package_comes_back_from_its_bytes() -> None:
    assert parse_package(PACKAGE.to_bytes()) == PACKAGE
    assert read_material(PACKAGE.to_bytes()) == PACKAGE


def test_single_receipt_is_the_package_of_its_agreement() -> None:
    receipt = PACKAGE.receipts[1]
    assert read_material(receipt.to_bytes()) == Package(AGREEMENT, (receipt,))


@pytest.mark.parametrize(
    "change",
    [
        {"receipts": []},
        {"receipts": {}},
        {"receipts": ["receipt"]},
        {"receipts": [{"tag": "tally/receipt/v2"}]},
        {"receipts": [cast("list[Json]", as_json()["receipts"])[0]] * (MAX_RECEIPTS + 1)},
        {"agreement": ""},
        {"agreement": 7},
        {"growths": None},
        {"growths": [{"origin": ORIGIN, "size1": 0, "size2": 1, "path": []}]},
        {"growths": [{"origin": ORIGIN, "size1": 1, "size2": 1, "path": ["00"]}]},
        {"growths": [{"origin": ORIGIN, "size1": 1, "size2": 1, "path": ["00" * 32] * 65}]},
        {"growths": [{"origin": ORIGIN, "size1": 1, "size2": 1}]},
        {"keys": []},
    ],
)
def test_package_with_one_wrong_part_is_refused(change: dict[str, Json]) -> None:
    assert code_of(canonical.encode(as_json() | change)) == "evidence.malformed"


@pytest.mark.parametrize("name", ["agreement", "receipts", "growths"])
def test_package_with_one_part_missing_is_refused(name: str) -> None:
    value = as_json()
    del value[name]
    assert code_of(canonical.encode(value)) == "evidence.malformed"


@pytest.mark.parametrize("value", [[], {}, {"tag": "tally/evidence/v2"}, as_json() | {"tag": None}])
def test_other_version_is_refused(value: Json) -> None:
    assert code_of(canonical.encode(value)) == "evidence.unknown-version"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "evidence.malformed"),
        (b"%PDF-1.7", "evidence.malformed"),
        (PACKAGE.to_bytes() + b"\n", "evidence.malformed"),
        (b" " * (MAX_BYTES + 1), "evidence.too-large"),
    ],
)
def test_bytes_that_are_no_package_are_refused(data: bytes, code: str) -> None:
    assert code_of(data) == code
    with pytest.raises(VerificationFailed):
        read_material(data)
