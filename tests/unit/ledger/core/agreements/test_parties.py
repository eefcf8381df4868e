from typing import cast

import pytest

from ledger.core.agreements.parties import MAX_NAME_CHARS, MAX_SIGNERS, Pen, SignerRole, parse_signers, read_signers
from ledger.errors import Conflict, InvalidInput
from signing.algorithms import PublicKey, Suite
from signing.canonical import Json

IDS = tuple(f"signer-{place}" for place in range(MAX_SIGNERS))


def signer(place: int = 1, **changes: Json) -> dict[str, Json]:
    key = PublicKey(Suite.EIP712, bytes([place]) * 20)
    return {"role": "borrower", "name": "Lin Xiaoyu", "key": key.to_json(), **changes}


def test_signers_get_their_ids_in_order_and_are_read_back_from_an_opening() -> None:
    parsed = parse_signers([signer(1), signer(2, role="guarantor", name="王小明")], IDS)
    assert [(item.id, item.role, item.name) for item in parsed] == [
        ("signer-0", SignerRole.BORROWER, "Lin Xiaoyu"),
        ("signer-1", SignerRole.GUARANTOR, "王小明"),
    ]
    assert read_signers([cast("Json", item.to_json()) for item in parsed]) == parsed


@pytest.mark.parametrize(
    ("value", "field"),
    [
        (None, "signers"),
        ([], "signers"),
        ([signer(place) for place in range(1, MAX_SIGNERS + 2)], "signers"),
        ([signer(role="guarantor")], "signers"),
        ([signer(1), signer(1, role="lender")], "signers"),
        (["x"], "signers[0]"),
        ([signer(extra=1)], "signers[0].extra"),
        ([signer(role="king")], "signers[0].role"),
        ([signer(key={"suite": "spki", "raw": "07" * 32})], "signers[0].key"),
        ([signer(name="")], "signers[0].name"),
        ([signer(name=" Lin")], "signers[0].name"),
        ([signer(name="Lin\u202eoayi")], "signers[0].name"),
        ([signer(name="x" * (MAX_NAME_CHARS + 1))], "signers[0].name"),
        ([signer(name=5)], "signers[0].name"),
        ([signer(key={"suite": "rsa", "raw": "00"})], "signers[0].key"),
        ([signer(key={"suite": "ed25519", "raw": "00"})], "signers[0].key"),
        ([signer(key="0x00")], "signers[0].key"),
        ([signer(order=0)], "signers[0].order"),
        ([signer(order=True)], "signers[0].order"),
        ([signer(order=MAX_SIGNERS + 1)], "signers[0].order"),
        ([signer(pens="passkey")], "signers[0].pens"),
        ([signer(pens=["quill"])], "signers[0].pens"),
        ([signer(pens=["passkey"] * 5)], "signers[0].pens"),
    ],
)
def test_signers_outside_the_rules_are_refused_and_the_place_is_named(value: Json, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_signers(value, IDS)
    assert (refused.value.code, refused.value.field) == ("signers.invalid", field)


@pytest.mark.parametrize("value", [None, "x", [signer()], [{**signer(), "signer": "a", "x": 1}]])
def test_parties_that_are_not_signers_with_ids_are_refused(value: Json) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_signers(value)
    assert refused.value.code == "signers.invalid"


def test_a_party_may_come_without_a_key_in_an_order_with_certain_pens() -> None:
    (alone,) = parse_signers([{"role": "borrower", "name": "Lin", "order": 2, "pens": ["passkey", "wallet"]}], IDS)
    assert (alone.key, alone.order, alone.pens) == (None, 2, (Pen.PASSKEY, Pen.WALLET))
    assert read_signers([cast("Json", alone.to_json())]) == (alone,)
    with pytest.raises(Conflict) as no:
        _ = alone.pen
    assert no.value.code == "signer.no-key"
