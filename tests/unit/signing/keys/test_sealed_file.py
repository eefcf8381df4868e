"""How a passphrase becomes a key: a person's is stretched, one that was drawn at random is not."""

import pytest

from signing.canonical import decode
from signing.errors import KeyUnavailable
from signing.keys.sealed_file import Header, new_passphrase, parse_header, seal, unseal

RANDOM = b"tally-random-1:" + b"a" * 43
SECRET = bytes(range(32))
MEMBERS = {"purpose": "search"}


def sealed(passphrase: bytes) -> Header:
    return parse_header("secret-file", seal("secret-file", MEMBERS, SECRET, passphrase), frozenset())


def test_a_new_passphrase_opens_what_it_sealed_and_no_two_are_equal() -> None:
    first, second = new_passphrase().encode(), new_passphrase().encode()
    header = sealed(first)
    assert header["tag"] == "tally/secret-file/v2"
    assert unseal("secret-file", header, first) == SECRET
    assert first != second
    with pytest.raises(KeyUnavailable) as refused:
        unseal("secret-file", header, second)
    assert refused.value.code == "key.wrong-passphrase"


@pytest.mark.parametrize("passphrase", [b"tally-random-1:short", RANDOM + b"a", b"x" + RANDOM, RANDOM[:-1] + b"!"])
def test_only_the_exact_form_of_a_random_passphrase_goes_unstretched(passphrase: bytes) -> None:
    value = decode(seal("secret-file", MEMBERS, SECRET, passphrase))
    assert isinstance(value, dict)
    assert value["tag"] == "tally/secret-file/v1"


def test_a_file_does_not_open_when_it_claims_the_other_version() -> None:
    header = sealed(RANDOM)
    with pytest.raises(KeyUnavailable) as refused:
        unseal("secret-file", {**header, "tag": "tally/secret-file/v1"}, RANDOM)
    assert refused.value.code == "key.wrong-passphrase"


def test_the_derivation_of_random_passphrases_is_fixed() -> None:
    """A file of today opens tomorrow: made once, kept here."""
    header: Header = {
        "purpose": "search",
        "tag": "tally/secret-file/v2",
        "salt": "00" * 16,
        "sealed": "00000000000000000000000071a889270d564036cc1b57eef28c3bc6c742f5de775735a6c73a6320fe976cc45f5781a23121bfdfb3e34033749a4ba0",
    }
    assert unseal("secret-file", header, RANDOM) == SECRET
