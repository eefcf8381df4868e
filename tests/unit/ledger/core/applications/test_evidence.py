"""What comes to an application later: strict reading, types told by first bytes, listings heeded."""

from dataclasses import replace
from hashlib import sha256

import pytest

from ledger.core.applications.default_policy import DEFAULT_POLICY
from ledger.core.applications.evidence import (
    MAX_ATTACHMENT_BYTES,
    AtHand,
    Result,
    listed_attachment,
    media_type_of,
    parse_verification,
    require_heeded,
)
from ledger.core.applications.requirements import Lack, Missing, missing
from ledger.errors import Conflict, InvalidInput
from signing.canonical import Json
from support.applications import PICTURE, application, check
from support.decisions import NOW

TOLD: dict[str, Json] = {
    "material": "identity",
    "sha256": "08" * 32,
    "source": "public register",
    "result": "confirmed",
    "note": None,
}


def test_verification_survives_its_own_json() -> None:
    verification = parse_verification(TOLD)
    assert (verification.result, verification.sha256) == (Result.CONFIRMED, b"\x08" * 32)
    assert verification.to_json() == TOLD
    told: dict[str, Json] = {**TOLD, "sha256": None, "note": "seen in person"}
    assert parse_verification(told).to_json() == told


@pytest.mark.parametrize(
    "changes", [{"result": "maybe"}, {"sha256": "08"}, {"sha256": 8}, {"note": 1}, {"material": ""}, {"more": 1}]
)
def test_verification_of_another_form_is_refused(changes: dict[str, Json]) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_verification({**TOLD, **changes})
    assert refused.value.code == "evidence.invalid"


def test_first_bytes_say_what_a_file_is() -> None:
    assert media_type_of(PICTURE) == "image/png"
    assert media_type_of(b"%PDF-1.7") == "application/pdf"
    for data, code in ((b"<html>", "attachment.type"), (bytes(MAX_ATTACHMENT_BYTES + 1), "attachment.too-large")):
        with pytest.raises(InvalidInput) as refused:
            media_type_of(data)
        assert refused.value.code == code


def test_only_listed_files_are_taken_in() -> None:
    digest = sha256(PICTURE).digest()
    assert listed_attachment(application(), digest, len(PICTURE)).kind == "identity"
    for wrong in ((digest, 1), (bytes(32), len(PICTURE))):
        with pytest.raises(InvalidInput, match="lists no attachment"):
            listed_attachment(application(), *wrong)


def test_listed_file_counts_once_it_was_received() -> None:
    path = replace(DEFAULT_POLICY.paths["two"], check_minutes=None)
    assert missing(path, application(), AtHand(), NOW) == [Missing(Lack.ATTACHMENT, "identity")]


def test_listing_is_heeded_on_the_path_for_it_and_on_the_strictest() -> None:
    assert AtHand(checks=(check(listed=True),)).is_listed
    assert not AtHand(checks=(check(),)).is_listed
    require_heeded(DEFAULT_POLICY, "committee", application(), 1)
    with pytest.raises(Conflict, match="found a listing"):
        require_heeded(DEFAULT_POLICY, "two", application(), 1)


def test_check_that_was_only_entered_is_no_clean_check() -> None:
    path = replace(DEFAULT_POLICY.paths["two"], attachments=())
    entered = application(checks=(check(),))
    (line,) = missing(path, entered, AtHand(), NOW)
    assert str(line) == "a blacklist check of applicant 1 with its receipt, not older than 15 minutes"
    assert missing(path, entered, AtHand(checks=(check(),)), NOW) == []
