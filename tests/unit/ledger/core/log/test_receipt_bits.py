"""Every single bit of a receipt matters: flipped, the receipt is refused. Not one flip is forgiven."""

import pytest

from ledger.core.log.receipt import parse_receipt, verify_receipt
from ledger.errors import VerificationFailed
from support.fixed_keys import verifier_key
from support.receipts import receipt
from support.trees import flip

KEY = verifier_key()
DATA = receipt(openings=receipt().openings[:2]).to_bytes()


def _is_refused(data: bytes) -> bool:
    try:
        verify_receipt(parse_receipt(data), KEY)
    except VerificationFailed:
        return True
    return False


@pytest.mark.repeats
def test_every_flipped_bit_of_a_whole_receipt_is_refused() -> None:
    assert not _is_refused(DATA)
    forgiven = [bit for bit in range(len(DATA) * 8) if not _is_refused(flip(DATA, bit))]
    assert forgiven == []


def test_every_byte_removed_or_doubled_is_refused() -> None:
    places = range(len(DATA))
    assert all(_is_refused(DATA[:place] + DATA[place + 1 :]) for place in places)
    assert all(_is_refused(DATA[: place + 1] + DATA[place:]) for place in places)
