"""Every ristretto255 group of RFC 9497's vectors, byte-exact: keys, blinded and evaluated elements, proofs, outputs."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from signing.oprf import dleq, partial, protocol
from signing.oprf.group import Element, Scalar, element, scalar, times_base
from signing.oprf.hashing import Mode
from support.shared_data import vectors

FILE = vectors("rfc9497") / "rfc9497_allVectors.json"
SUITE = "ristretto255-SHA512"


@dataclass(frozen=True)
class Case:
    mode: Mode
    secret: Scalar
    public: Element | None
    vector: dict[str, Any]

    def many(self, name: str) -> list[bytes]:
        return [bytes.fromhex(text) for text in self.vector[name].split(",")]


def groups() -> list[dict[str, Any]]:
    return [group for group in json.loads(FILE.read_text()) if group["identifier"] == SUITE]


def cases() -> Iterator[Case]:
    for group in groups():
        public = element(bytes.fromhex(group["pkSm"])) if "pkSm" in group else None
        for vector in group["vectors"]:
            yield Case(Mode(int(group["mode"])), scalar(bytes.fromhex(group["skSm"])), public, vector)


CASES = list(cases())


def name(case: Case) -> str:
    return f"{case.mode.name}-{case.vector['Batch']}"


def test_all_three_modes_are_there() -> None:
    assert [(case.mode, case.vector["Batch"]) for case in CASES] == [
        (Mode.OPRF, 1), (Mode.OPRF, 1),
        (Mode.VOPRF, 1), (Mode.VOPRF, 1), (Mode.VOPRF, 2),
        (Mode.POPRF, 1), (Mode.POPRF, 1), (Mode.POPRF, 2),
    ]  # fmt: skip


@pytest.mark.parametrize("group", groups(), ids=lambda group: Mode(int(group["mode"])).name)
def test_the_key_is_derived_from_seed_and_info(group: dict[str, Any]) -> None:
    mode = Mode(int(group["mode"]))
    secret, public = protocol.derive_key(mode, bytes.fromhex(group["seed"]), bytes.fromhex(group["keyInfo"]))
    assert secret.hex() == group["skSm"]
    assert group.get("pkSm", public.hex()) == public.hex()


@pytest.mark.parametrize("case", CASES, ids=name)
def test_blinded_elements_are_the_vector_s(case: Case) -> None:
    factors = [scalar(data) for data in case.many("Blind")]
    blinded = [
        protocol.blind(case.mode, message, factor) for message, factor in zip(case.many("Input"), factors, strict=True)
    ]
    assert blinded == case.many("BlindedElement")


@pytest.mark.parametrize("case", CASES, ids=name)
def test_evaluated_elements_and_outputs_are_the_vector_s(case: Case) -> None:
    triples = zip(case.many("Input"), case.many("Blind"), case.many("BlindedElement"), strict=True)
    evaluated, outputs = [], []
    for message, factor, blinded in triples:
        found = _evaluate(case, element(blinded))
        evaluated.append(found)
        outputs.append(_finalize(case, message, scalar(factor), found))
    assert evaluated == case.many("EvaluationElement")
    assert outputs == case.many("Output")


@pytest.mark.parametrize("case", [case for case in CASES if "Proof" in case.vector], ids=name)
def test_proofs_are_the_vector_s_and_hold(case: Case) -> None:
    blinded = [element(data) for data in case.many("BlindedElement")]
    evaluated = [element(data) for data in case.many("EvaluationElement")]
    nonce, proof = scalar(bytes.fromhex(case.vector["Proof"]["r"])), bytes.fromhex(case.vector["Proof"]["proof"])
    secret, public, pairs = case.secret, case.public, list(zip(blinded, evaluated, strict=True))
    assert public is not None
    if case.mode is Mode.POPRF:
        info = bytes.fromhex(case.vector["Info"])
        secret, public = partial.tweaked_secret(secret, info), partial.tweaked_public(public, info)
        assert public == times_base(secret)
        pairs = list(zip(evaluated, blinded, strict=True))
    assert dleq.prove(case.mode, secret, public, pairs, nonce).to_bytes() == proof
    dleq.verify(case.mode, public, pairs, dleq.Proof.from_bytes(proof))


@pytest.mark.parametrize("case", [case for case in CASES if case.mode is not Mode.POPRF], ids=name)
def test_the_key_s_holder_computes_the_same_output(case: Case) -> None:
    assert [protocol.evaluate(case.mode, case.secret, message) for message in case.many("Input")] == case.many("Output")


def _evaluate(case: Case, blinded: Element) -> Element:
    if case.mode is Mode.POPRF:
        return partial.blind_evaluate(partial.tweaked_secret(case.secret, bytes.fromhex(case.vector["Info"])), blinded)
    return protocol.blind_evaluate(case.secret, blinded)


def _finalize(case: Case, message: bytes, factor: Scalar, evaluated: Element) -> bytes:
    if case.mode is Mode.POPRF:
        return partial.finalize(message, bytes.fromhex(case.vector["Info"]), factor, evaluated)
    return protocol.finalize(message, factor, evaluated)
