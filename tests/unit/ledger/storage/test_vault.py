import pytest

from ledger.errors import VerificationFailed
from ledger.storage.vault import seal_field, unseal_field

KEY = bytes(range(32))


def refused(sealed: bytes, key: bytes = KEY, entry_id: str = "e1", field: str = "amount") -> None:
    with pytest.raises(VerificationFailed) as error:
        unseal_field(key, sealed, entry_id=entry_id, field=field)
    assert error.value.code == "vault.wrong-key-or-altered"


@pytest.mark.parametrize("value", [b"", b'{"salt":"00","value":"1"}', bytes(10_000)], ids=len)
def test_a_sealed_field_is_unsealed(value: bytes) -> None:
    assert unseal_field(KEY, seal_field(KEY, value, entry_id="e1", field="f"), entry_id="e1", field="f") == value


def test_a_field_opens_only_at_its_place_and_under_its_key() -> None:
    sealed = seal_field(KEY, b"value", entry_id="e1", field="amount")
    refused(sealed, key=bytes(32))
    refused(sealed, entry_id="e2")
    refused(sealed, field="rate")
    refused(sealed, entry_id="e1a", field="mount")


def test_every_flipped_bit_and_truncation_is_refused() -> None:
    sealed = seal_field(KEY, b"value", entry_id="e1", field="amount")
    for bit in range(len(sealed) * 8):
        altered = bytearray(sealed)
        altered[bit // 8] ^= 1 << bit % 8
        refused(bytes(altered))
    for length in range(len(sealed)):
        refused(sealed[:length])
