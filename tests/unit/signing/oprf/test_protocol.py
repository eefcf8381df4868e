"""Blind, evaluate, finalize: held against another implementation (the Rust crate voprf), and against bad input."""

import pytest
from voprf import ristretto

from signing.canonical import Json
from signing.errors import InvalidEncoding
from signing.oprf import dleq
from signing.oprf.group import element, times_base
from signing.oprf.hashing import Mode, framed
from signing.oprf.protocol import blind, blind_evaluate, derive_key, evaluate, finalize, uniform_factor
from signing.oprf.stretch import Stretch
from support.oprf import scalar_named

SEED = bytes(range(32))
INPUTS = [b"", b"x", b"tally/subject/v1 cn-id", bytes(1000)]


@pytest.mark.parametrize("message", INPUTS)
def test_another_implementation_computes_the_same_output(message: bytes) -> None:
    other = ristretto.Evaluator.from_seed(SEED, b"info")
    secret, public = derive_key(Mode.VOPRF, SEED, b"info")
    assert other.public_key.serialize() == public
    assert evaluate(Mode.VOPRF, secret, message) == other.evaluate_known_input(message)


@pytest.mark.parametrize("message", [m for m in INPUTS if m])
def test_our_client_takes_another_implementation_s_answer_and_proof(message: bytes) -> None:
    other = ristretto.Evaluator.from_seed(SEED, b"info")
    _, public = derive_key(Mode.VOPRF, SEED, b"info")
    factor = scalar_named("blind")
    blinded = blind(Mode.VOPRF, message, factor)
    answer = other.evaluate(ristretto.BlindedInput.deserialize(blinded))
    data = bytes(answer.serialize())
    evaluated, proof = element(data[64:]), dleq.Proof.from_bytes(data[:64])  # its own framing: proof, then element
    dleq.verify(Mode.VOPRF, public, [(blinded, evaluated)], proof)
    assert finalize(message, factor, evaluated) == other.evaluate_known_input(message)


@pytest.mark.parametrize("message", [m for m in INPUTS if m])
def test_another_implementation_s_client_takes_our_answer_and_proof(message: bytes) -> None:
    secret, public = derive_key(Mode.VOPRF, SEED, b"info")
    client, blinded_input = ristretto.Client.blind(message)
    blinded = element(blinded_input.serialize())
    evaluated = blind_evaluate(secret, blinded)
    proof = dleq.prove(Mode.VOPRF, secret, public, [(blinded, evaluated)], scalar_named("nonce"))
    answer = ristretto.VerifiableOutput.deserialize(list(proof.to_bytes() + evaluated))
    found = client.finalize(answer, ristretto.PublicKey.deserialize(public))
    assert found == evaluate(Mode.VOPRF, secret, message)


def test_two_blinds_of_one_message_share_nothing() -> None:
    assert blind(Mode.VOPRF, b"subject", scalar_named("1")) != blind(Mode.VOPRF, b"subject", scalar_named("2"))


def test_the_modes_give_different_outputs() -> None:
    secret = scalar_named("secret")
    assert evaluate(Mode.OPRF, secret, b"subject") != evaluate(Mode.VOPRF, secret, b"subject")


def test_a_part_past_two_bytes_of_length_is_refused() -> None:
    with pytest.raises(InvalidEncoding) as error:
        framed(bytes(2**16))
    assert error.value.code == "oprf.too-long"
    with pytest.raises(InvalidEncoding):
        blind(Mode.VOPRF, bytes(2**16), scalar_named("blind"))


def test_a_blind_needs_all_its_randomness() -> None:
    assert times_base(uniform_factor(bytes(range(64))))
    with pytest.raises(InvalidEncoding) as error:
        uniform_factor(bytes(32))
    assert error.value.code == "scalar.malformed"


STRETCH = Stretch(64, 1, bytes(16))


def test_the_stretch_depends_on_input_salt_and_cost() -> None:
    found = {
        STRETCH(b"subject"),
        STRETCH(b"other"),
        Stretch(64, 1, b"\x01" * 16)(b"subject"),
        Stretch(64, 2, bytes(16))(b"subject"),
        Stretch(128, 1, bytes(16))(b"subject"),
    }
    assert len(found) == 5
    assert {len(value) for value in found} == {32}


def test_the_stretch_survives_its_json_form() -> None:
    assert Stretch.from_json(STRETCH.to_json()) == STRETCH


@pytest.mark.parametrize(
    "change",
    [
        {"algorithm": "argon2i"},
        {"memory_kib": 7},
        {"memory_kib": True},
        {"passes": 0},
        {"passes": "2"},
        {"passes": 17},
        {"salt": "00"},
        {"salt": 5},
        {"more": 1},
    ],
)
def test_a_stretch_of_another_shape_is_refused(change: dict[str, Json]) -> None:
    with pytest.raises(InvalidEncoding) as error:
        Stretch.from_json({**STRETCH.to_json(), **change})
    assert error.value.code == "stretch.malformed"
    with pytest.raises(InvalidEncoding):
        Stretch.from_json(None)
