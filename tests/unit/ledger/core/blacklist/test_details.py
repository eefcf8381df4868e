import pytest

from ledger.core.blacklist.details import PLAIN_BYTES, SEALED_BYTES, open_details, seal_details
from ledger.core.blacklist.identifiers import Purpose
from ledger.core.blacklist.tokens import name_of
from ledger.core.blacklist.tree import Token
from ledger.errors import InvalidInput, VerificationFailed
from support.consortium import CLEAN, LISTED, consortium

GROUP = consortium()
NAME = GROUP.name(LISTED)
DETAILS = {"reason": "forged-identity", "evidence": "ab" * 32}


def sealed(listing: str = "listing-1") -> bytes:
    return seal_details(NAME.details_key, NAME.token, listing, {**DETAILS}, bytes(12))


def test_details_open_for_whoever_can_name_the_subject() -> None:
    assert open_details(NAME.details_key, NAME.token, "listing-1", sealed()) == DETAILS


def test_all_sealed_details_have_one_length() -> None:
    assert len(sealed()) == SEALED_BYTES
    assert len(seal_details(NAME.details_key, NAME.token, "x", None, bytes(12))) == SEALED_BYTES


@pytest.mark.parametrize(
    ("key", "token", "listing"),
    [
        (GROUP.name(CLEAN).details_key, NAME.token, "listing-1"),
        (NAME.details_key, Token(bytes(32)), "listing-1"),
        (NAME.details_key, NAME.token, "listing-2"),
    ],
)
def test_details_open_for_nobody_else(key: bytes, token: Token, listing: str) -> None:
    with pytest.raises(VerificationFailed) as error:
        open_details(key, token, listing, sealed())
    assert error.value.code == "details.sealed-otherwise"
    with pytest.raises(VerificationFailed):
        open_details(NAME.details_key, NAME.token, "listing-1", b"short")


def test_details_that_do_not_fit_are_refused() -> None:
    with pytest.raises(InvalidInput) as error:
        seal_details(NAME.details_key, NAME.token, "x", "x" * PLAIN_BYTES, bytes(12))
    assert error.value.code == "details.too-long"


def test_a_token_and_its_details_key_differ_by_purpose() -> None:
    one, other = name_of(Purpose.BLACKLIST, bytes(64)), name_of(Purpose.DOCUMENTS, bytes(64))
    assert len({one.token, one.details_key, other.token, other.details_key}) == 4
    assert one.details_key.hex() not in repr(one)
    assert CLEAN.value not in repr(GROUP.question(CLEAN))
