import pytest

from ledger.core.agreements.states import State, after_signature
from ledger.errors import Conflict


def test_signatures_move_an_agreement_from_sent_to_signed() -> None:
    assert after_signature(State.SENT, signed=1, signers=2) is State.SIGNING
    assert after_signature(State.SIGNING, signed=2, signers=2) is State.SIGNED
    assert after_signature(State.SENT, signed=1, signers=1) is State.SIGNED


def test_a_signed_agreement_takes_no_further_signature() -> None:
    with pytest.raises(Conflict) as refused:
        after_signature(State.SIGNED, signed=3, signers=2)
    assert refused.value.code == "agreement.not-open"
