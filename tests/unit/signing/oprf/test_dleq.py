import pytest

from signing.errors import InvalidEncoding, VerificationFailed
from signing.oprf import dleq
from signing.oprf.group import Element, times, times_base
from signing.oprf.hashing import Mode
from support.oprf import scalar_named

SECRET = scalar_named("secret")
PUBLIC = times_base(SECRET)
LEFTS = [times_base(scalar_named(f"left {place}")) for place in range(3)]
PAIRS = [(left, times(SECRET, left)) for left in LEFTS]
NONCE = scalar_named("nonce")
PROOF = dleq.prove(Mode.VOPRF, SECRET, PUBLIC, PAIRS, NONCE)


def refused(pairs: list[tuple[Element, Element]], proof: dleq.Proof = PROOF, *, mode: Mode = Mode.VOPRF) -> str:
    with pytest.raises(VerificationFailed) as error:
        dleq.verify(mode, PUBLIC, pairs, proof)
    return error.value.code


def test_a_proof_over_several_pairs_holds() -> None:
    dleq.verify(Mode.VOPRF, PUBLIC, PAIRS, dleq.Proof.from_bytes(PROOF.to_bytes()))


@pytest.mark.parametrize("place", range(3))
def test_one_pair_that_does_not_fit_fails_the_batch(place: int) -> None:
    pairs = list(PAIRS)
    pairs[place] = (pairs[place][0], PAIRS[(place + 1) % 3][1])
    assert refused(pairs) == "evaluation-proof.invalid"


def test_pairs_in_another_order_fail() -> None:
    assert refused(PAIRS[::-1]) == "evaluation-proof.invalid"


def test_a_proof_of_another_mode_fails() -> None:
    assert refused(PAIRS, mode=Mode.POPRF) == "evaluation-proof.invalid"


def test_no_pairs_prove_nothing() -> None:
    assert refused([]) == "evaluation-proof.invalid"


def test_a_proof_under_another_key_fails() -> None:
    with pytest.raises(VerificationFailed):
        dleq.verify(Mode.VOPRF, times_base(scalar_named("other")), PAIRS, PROOF)


@pytest.mark.parametrize("bit", range(0, 512, 7))
def test_any_changed_bit_fails(bit: int) -> None:
    data = bytearray(PROOF.to_bytes())
    data[bit // 8] ^= 1 << (bit % 8)
    with pytest.raises((VerificationFailed, InvalidEncoding)):
        dleq.verify(Mode.VOPRF, PUBLIC, PAIRS, dleq.Proof.from_bytes(bytes(data)))


@pytest.mark.parametrize("data", [b"", bytes(63), bytes(64), b"\xff" * 64])
def test_malformed_proofs_are_refused(data: bytes) -> None:
    with pytest.raises(InvalidEncoding) as error:
        dleq.Proof.from_bytes(data)
    assert error.value.code == "evaluation-proof.malformed"


def test_a_nonce_depends_on_secret_randomness_and_pairs() -> None:
    nonces = {
        dleq.hedged_nonce(SECRET, bytes(32), PAIRS),
        dleq.hedged_nonce(SECRET, b"\x01" * 32, PAIRS),
        dleq.hedged_nonce(NONCE, bytes(32), PAIRS),
        dleq.hedged_nonce(SECRET, bytes(32), PAIRS[:2]),
    }
    assert len(nonces) == 4
