import pytest

from ledger.core.agreements.identity import MAX_FILE_BYTES, Finding, Grade, Paper, Result, check_files
from ledger.core.agreements.reading import (
    MAX_FAILURES,
    MAX_SECONDS,
    Reading,
    check_reading,
    check_reading_code,
    check_told_code,
)
from ledger.errors import InvalidInput, LedgerError

SHA = b"\x07" * 32


@pytest.mark.parametrize("told", ["K7MX42", "k7mx42", " K7-MX 42\n", "Ｋ７ＭＸ４２", "ｋ７　ｍｘ４２"])
def test_the_printed_code_is_heard_as_people_type_it(told: str) -> None:
    check_told_code("K7MX42", told, MAX_FAILURES - 1)


@pytest.mark.parametrize(
    ("told", "failures", "code"),
    [("K7MX43", 0, "reading-code.wrong"), ("", 0, "reading-code.wrong"), ("\ud800", 0, "reading-code.wrong"),
     ("K7MX42", MAX_FAILURES, "reading-code.locked")],
)  # fmt: skip
def test_another_code_is_refused_and_after_a_few_every_code(told: str, failures: int, code: str) -> None:
    with pytest.raises(LedgerError) as no:
        check_told_code("K7MX42", told, failures)
    assert no.value.code == code


def test_a_code_to_be_printed_is_short_and_plain() -> None:
    assert check_reading_code("AB12") == "AB12"
    for code in ("", "ABC", "ab12", "AB 12", "A" * 13):
        with pytest.raises(InvalidInput):
            check_reading_code(code)


def test_a_reading_covers_every_page_of_these_bytes() -> None:
    reading = Reading(document_sha256=SHA, page_seconds=(0, 5, MAX_SECONDS))
    check_reading(reading, SHA, 3)
    assert reading.to_json() == {"sha256": SHA.hex(), "page_seconds": [0, 5, MAX_SECONDS]}


@pytest.mark.parametrize(
    ("sha", "seconds", "code"),
    [
        (bytes(32), (1, 1), "reading.other-document"),
        (SHA, (1,), "reading.malformed"),
        (SHA, (1, 1, 1), "reading.malformed"),
        (SHA, (-1, 1), "reading.malformed"),
        (SHA, (1, MAX_SECONDS + 1), "reading.malformed"),
        (SHA, (9, 0), "reading.incomplete"),
    ],
)
def test_anything_less_is_no_reading(sha: bytes, seconds: tuple[int, ...], code: str) -> None:
    with pytest.raises(LedgerError) as no:
        check_reading(Reading(document_sha256=sha, page_seconds=seconds), SHA, 2)
    assert no.value.code == code


def test_papers_are_told_by_their_first_bytes() -> None:
    files = check_files((b"\x89PNG\r\n\x1a\n1", b"\xff\xd8\xff1", b"%PDF-1.7"))
    assert [file.media_type for file in files] == ["image/png", "image/jpeg", "application/pdf"]
    for wrong in ((), (b"",), (b"GIF89a",), (b"%PDF-",) * 4, (b"%PDF-" + bytes(MAX_FILE_BYTES),)):
        with pytest.raises(InvalidInput) as no:
            check_files(wrong)
        assert (no.value.code, no.value.field) == ("identity.files", "files")


def test_a_finding_says_who_vouches_and_how_strongly() -> None:
    finding = Finding(
        signer_id="s-1",
        result=Result.ACCEPTED,
        provider="lender-staff",
        grade=Grade.LENDERS_WORD,
        paper=Paper.PASSPORT,
        papers_sha256=SHA,
        checked_by="officer-1",
        reason=None,
    )
    assert finding.to_json()["grade"] == "lenders-word"
