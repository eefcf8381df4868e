import pytest

from api.settings import unread


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("TALLY_BATCH_MILISECONDS", "TALLY_BATCH_MILLISECONDS"),
        ("tally_databse", "TALLY_DATABASE"),
        ("TALLY_TOKE", "TALLY_TOKEN"),
        ("TALLY_SERVICE_HOST_EXTRA", None),
    ],
)
def test_a_variable_that_nothing_reads_is_named_with_what_was_meant(name: str, meant: str | None) -> None:
    assert unread(["PATH", name]) == [(name, meant)]


@pytest.mark.parametrize(
    "name", ["TALLY_DATA", "tally_port", "TALLY_URL", "TALLY_TRUST", "TALLY_PYTHON", "TALLYHO", "HOME"]
)
def test_a_variable_that_something_reads_or_that_is_not_ours_is_not_named(name: str) -> None:
    assert unread([name]) == []
