"""What a row class says of its columns is held against what the database returns."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

import pytest

from ledger.errors import VerificationFailed
from ledger.storage.forms import Instant, is_instant, is_zone, one_of, words_of
from ledger.storage.rows import row_of

AT = "2026-11-23T15:04:05.123Z"


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True)
class Painted:
    id: str
    count: int
    digest: bytes
    at: Instant
    colour: Annotated[str, one_of(Colour)]
    others: Annotated[str, words_of(Colour)]
    ended_at: Instant | None = None
    note: str | None = None


GOOD = ("a", 1, b"d", AT, "red", "red blue", None, None)


@pytest.mark.parametrize("row", [GOOD, (*GOOD[:6], AT, "said"), (*GOOD[:5], "", None, None)])
def test_a_row_as_it_was_recorded_is_returned(row: tuple[object, ...]) -> None:
    assert row_of(Painted, row) == Painted(*row)  # type: ignore[arg-type]  # by its fields


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("id", None),
        ("id", b"a"),
        ("count", "1"),
        ("count", 1.0),
        ("digest", "d"),
        ("digest", None),
        ("at", ""),
        ("at", "2026-11-23"),
        ("at", "9999-12-31T23:59:59.999Z"),
        ("at", None),
        ("colour", "green"),
        ("others", "red green"),
        ("ended_at", "yesterday"),
        ("ended_at", 7),
        ("note", b"said"),
    ],
)
def test_another_value_is_refused_with_its_column(column: str, value: object) -> None:
    row_of(Painted, GOOD)  # whose types are known from then on
    names = list(Painted.__dataclass_fields__)
    row = [value if name == column else held for name, held in zip(names, GOOD, strict=True)]
    with pytest.raises(VerificationFailed) as refused:
        row_of(Painted, row)
    assert (refused.value.code, refused.value.field) == ("row.altered", column)
    assert "tally audit" in str(refused.value)


@pytest.mark.parametrize("text", ["2026-11-23T15:04:05", "0001-01-01T00:00:00.000Z", "[{", "2026-13-01T00:00:00Z"])
def test_what_services_cannot_count_with_is_no_instant(text: str) -> None:
    assert is_instant(AT)
    assert not is_instant(text)


def test_what_names_no_time_zone_is_none() -> None:
    assert is_zone("Asia/Shanghai")
    assert not any(map(is_zone, ("", "[{", "Asia", "/etc/passwd", "Asia/Nowhere")))
