"""A lister's memory of its own listings: sealed line by line, and only what has no successor is to be renewed."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from ledger.errors import InvalidInput
from ledger.partner.own_listings import OwnListing, OwnListings
from ledger.partner.renewing import of_older_epochs
from support.consortium import LISTED

OWN = OwnListing(
    id="01936f2e-7c1a-7b3a-9d52-0a4f6a1c2e10",
    epoch="aa" * 32,
    kind=str(LISTED.kind),
    identifier=LISTED.value,
    reason="forged-identity",
    standard="documented",
    severity="high",
    evidence="00" * 32,
    contact="fraud desk",
    note="",
    expires_at="2028-11-25T09:30:00.000Z",
)
SECOND = replace(OWN, id="second", renews=OWN.id, epoch="bb" * 32)


def test_lines_are_sealed_kept_and_dropped(tmp_path: Path) -> None:
    listings = OwnListings(tmp_path / "folder" / "own", bytes(32), os.urandom)
    assert listings.all() == []
    listings.add(OWN)
    listings.add(SECOND)
    assert listings.all() == [OWN, SECOND]
    assert LISTED.value.encode() not in listings.path.read_bytes()
    assert listings.path.stat().st_mode & 0o077 == 0
    assert LISTED.value not in repr(OWN)
    listings.keep([SECOND])
    assert listings.all() == [SECOND]


def test_a_line_that_was_altered_or_of_another_key_is_named(tmp_path: Path) -> None:
    listings = OwnListings(tmp_path / "own", bytes(32), os.urandom)
    listings.add(OWN)
    for wrong in (replace(listings, key=b"\x01" * 32),):
        with pytest.raises(InvalidInput, match="line 1"):
            wrong.all()
    listings.path.write_bytes(listings.path.read_bytes() + b"not a line\n")
    with pytest.raises(InvalidInput, match="line 2") as error:
        listings.all()
    assert error.value.code == "own-listings.altered"


def test_what_has_a_successor_is_not_renewed_again() -> None:
    newest, older = bytes.fromhex("bb" * 32), {bytes.fromhex("aa" * 32)}
    assert of_older_epochs([OWN], newest, older) == [OWN]
    assert of_older_epochs([OWN, SECOND], newest, older) == []
    assert of_older_epochs([replace(OWN, epoch="cc" * 32)], newest, older) == []
