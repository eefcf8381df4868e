import pytest

from ledger.errors import InvalidInput
from ledger.storage.rows import MAX_PAGE, later, page_size


@pytest.mark.parametrize(
    ("at", "seconds", "expected"),
    [
        ("2026-11-23T15:04:05.123Z", 0, "2026-11-23T15:04:05.123Z"),
        ("2026-11-23T15:04:05.123Z", 0.9, "2026-11-23T15:04:06.023Z"),
        ("2026-12-31T23:59:59.999Z", 10, "2027-01-01T00:00:09.999Z"),
    ],
)
def test_later_times_keep_their_form(at: str, seconds: float, expected: str) -> None:
    assert later(at, seconds) == expected


def test_a_page_has_between_one_row_and_the_limit() -> None:
    assert [page_size(1), page_size(MAX_PAGE)] == [1, MAX_PAGE]
    for limit in (0, -1, MAX_PAGE + 1):
        with pytest.raises(InvalidInput) as error:
            page_size(limit)
        assert error.value.code == "page.limit"
