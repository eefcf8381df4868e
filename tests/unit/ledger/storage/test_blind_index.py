import hmac
from hashlib import sha256

import pytest

from ledger.errors import InvalidInput
from ledger.storage.blind_index import blind

KEY = bytes(range(32))


def test_the_digest_is_the_documented_hmac() -> None:
    message = b"tally/blind-index/v1\n" + bytes([0] * 7 + [5]) + b"phone" + bytes([0] * 7 + [3]) + b"Ada"
    assert blind(KEY, "phone", "Ada") == hmac.new(KEY, message, sha256).digest()
    assert blind(KEY, "name", "Ada") == blind(KEY, "name", " aDa ") != blind(KEY, "name", "Adam")


def test_other_key_kind_value_or_split_gives_another_digest() -> None:
    digests = [
        blind(KEY, "name", "Ada"),
        blind(bytes(32), "name", "Ada"),
        blind(KEY, "phone", "Ada"),
        blind(KEY, "name", "Adb"),
        blind(KEY, "nameA", "da"),
    ]
    assert len(set(digests)) == len(digests)


@pytest.mark.parametrize("size", [0, 16, 31, 33])
def test_a_key_of_another_length_is_refused(size: int) -> None:
    with pytest.raises(InvalidInput) as error:
        blind(bytes(size), "name", "Ada")
    assert error.value.code == "blind-index.key"
