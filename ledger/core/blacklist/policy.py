"""The check policy: the reader's own list of epochs, registries and institutions (docs/formats/check-policy.md).

Promises: a strict reading of `tally/check-policy/v1`; every epoch in it is signed by all its evaluators.
Leaves to others: how a person came to believe these keys.
"""

from collections.abc import Iterable
from typing import Final

from ledger.core.blacklist.consortium import ListChain, parse_list_chain
from ledger.core.blacklist.epochs import SignedEpoch, parse_signed_epoch
from ledger.core.blacklist.judging import CheckPolicy
from ledger.core.blacklist.signed import read_json
from ledger.core.log.fields import Fields
from ledger.errors import InvalidInput
from signing.algorithms import PublicKey
from signing.canonical import Json, encode

TAG: Final = "tally/check-policy/v1"
MOST: Final = 1000
_CODE = "check-policy.malformed"
_FIELDS = frozenset({"tag", "epochs", "registries", "institutions"})


def policy_bytes(
    epochs: Iterable[SignedEpoch],
    registries: Iterable[PublicKey],
    institutions: Iterable[tuple[str, PublicKey]],
    chain: ListChain | None = None,
) -> bytes:
    """Return the canonical bytes of a check policy; `chain` is absent from it where there is none."""
    value: dict[str, Json] = {
        "tag": TAG,
        "epochs": [epoch.to_json() for epoch in epochs],
        "registries": [key.to_json() for key in registries],
        "institutions": [{"institution": name, "key": key.to_json()} for name, key in institutions],
    }
    return encode(value if chain is None else {**value, "chain": chain.to_json()})


def parse_check_policy(data: bytes) -> CheckPolicy:
    """Return the policy of its exact bytes; raise InvalidInput("check-policy.malformed")."""
    value = read_json(data, _CODE)
    named = isinstance(value, dict) and "chain" in value
    fields = Fields(value, _FIELDS | {"chain"} if named else _FIELDS, where="policy", code=_CODE)
    if fields.text("tag") != TAG:
        raise InvalidInput(_CODE, f'expected the tag "{TAG}"')
    epochs = fields.many("epochs", parse_signed_epoch, least=1, most=MOST)
    institutions = fields.many("institutions", _institution, most=MOST)
    if len({name for name, _ in institutions}) != len(institutions):
        raise InvalidInput(_CODE, "policy.institutions: expected each institution once")
    return CheckPolicy(
        epochs={signed.epoch.id: signed.epoch for signed in epochs},
        registries=fields.many("registries", PublicKey.from_json, least=1, most=MOST),
        institutions=dict(institutions),
        chain=fields.parsed("chain", parse_list_chain) if named else None,
    )


def _institution(value: Json) -> tuple[str, PublicKey]:
    fields = Fields(value, frozenset({"institution", "key"}), where="institution", code=_CODE)
    return fields.text("institution"), fields.parsed("key", PublicKey.from_json)
