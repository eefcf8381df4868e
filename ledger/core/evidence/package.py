"""The evidence package: the receipts of one agreement's entries in one file (docs/formats/evidence-package.md).

Promises: a strict reading of `tally/evidence/v1`, bounded; nothing in it is verified yet, and it holds no keys to verify with.
Leaves to others: what the receipts prove (verify_file).
"""

from dataclasses import dataclass

from ledger.core.log.entry import parse_entry
from ledger.core.log.fields import Fields, octets
from ledger.core.log.proofs import MAX_PATH
from ledger.core.log.receipt import TAG as RECEIPT_TAG
from ledger.core.log.receipt import Receipt, parse_receipt
from ledger.errors import InvalidInput, VerificationFailed
from signing import canonical
from signing.canonical import Json
from signing.errors import InvalidEncoding

TAG = "tally/evidence/v1"
MAX_BYTES = 8 * 1024 * 1024  # so many receipts at a generous size; the documents themselves are never inside
MAX_RECEIPTS = 160  # creation, seven entries for each of at most twelve signers, and what else may befall an agreement
MAX_GROWTHS = 64
MAX_APPROVAL_RECEIPTS = 512  # an application, those linked to it, its deciders with their roles and keys, the policy
MAX_KEY_RECEIPTS = 64  # enrolment and revocation of a key for each of twelve signers, and keys that were replaced

_CODE = "evidence.malformed"
_HASH_BYTES = 32


@dataclass(frozen=True)
class Growth:
    """An RFC 6962 consistency proof: how a log grew from `size1` to `size2` entries."""

    origin: str
    size1: int
    size2: int
    path: tuple[bytes, ...]


@dataclass(frozen=True)
class Package:
    """Receipts of the entries of one agreement, and proofs that tie their checkpoints to others of the log."""

    agreement: str
    receipts: tuple[Receipt, ...]
    growths: tuple[Growth, ...] = ()
    keys: tuple[Receipt, ...] = ()  # of the registry entries of its signers' keys
    approvals: tuple[Receipt, ...] = ()  # of all that the approval rests on which it was sent on

    def to_bytes(self) -> bytes:
        more = (("keys", self.keys), ("approvals", self.approvals))
        return canonical.encode(
            {
                "tag": TAG,
                "agreement": self.agreement,
                "receipts": _receipts_json(self.receipts),
                "growths": [_growth_json(growth) for growth in self.growths],
                **{name: _receipts_json(receipts) for name, receipts in more if receipts},
            }
        )


def parse_package(data: bytes) -> Package:
    """Return the package of these exact canonical bytes; raise VerificationFailed (evidence.*, or a receipt's own code)."""
    value = _decode(data)
    if not isinstance(value, dict) or value.get("tag") != TAG:
        raise VerificationFailed("evidence.unknown-version", f'expected evidence with the tag "{TAG}"')
    return _package(value)


def read_material(data: bytes) -> Package:
    """Return a package as it is, or a single receipt as the package of its agreement."""
    value = _decode(data)
    if isinstance(value, dict) and value.get("tag") == RECEIPT_TAG:
        receipt = parse_receipt(data)
        return Package(parse_entry(receipt.entry).subject.id, (receipt,))
    return parse_package(data)


def _decode(data: bytes) -> Json:
    if len(data) > MAX_BYTES:
        raise VerificationFailed("evidence.too-large", f"expected at most {MAX_BYTES} bytes, got {len(data)}")
    try:
        return canonical.decode(data)
    except InvalidEncoding as error:
        raise VerificationFailed(_CODE, f"expected evidence in canonical JSON: {error.message}") from error


def _package(value: Json) -> Package:
    try:
        names = {"tag", "agreement", "receipts", "growths"}
        # Absent where no key of the registry signed, and where it was sent on no approval or to whom approvals are not shown.
        more = {"keys", "approvals"} & value.keys() if isinstance(value, dict) else set[str]()
        fields = Fields(value, frozenset(names | more), where="evidence", code=_CODE)
        most = MAX_APPROVAL_RECEIPTS
        return Package(
            agreement=fields.text("agreement"),
            receipts=fields.many("receipts", _receipt, least=1, most=MAX_RECEIPTS),
            growths=fields.many("growths", _growth, most=MAX_GROWTHS),
            keys=fields.many("keys", _receipt, least=1, most=MAX_KEY_RECEIPTS) if "keys" in more else (),
            approvals=fields.many("approvals", _receipt, least=1, most=most) if "approvals" in more else (),
        )
    except InvalidInput as error:
        raise VerificationFailed(error.code, error.message, field=error.field) from error


def _receipts_json(receipts: tuple[Receipt, ...]) -> list[Json]:
    return [canonical.decode(receipt.to_bytes()) for receipt in receipts]


def _receipt(value: Json) -> Receipt:
    return parse_receipt(canonical.encode(value))


def _growth(value: Json) -> Growth:
    fields = Fields(value, frozenset({"origin", "size1", "size2", "path"}), where="growth", code=_CODE)
    return Growth(
        origin=fields.text("origin"),
        size1=fields.integer("size1", least=1),
        size2=fields.integer("size2", least=1),
        path=fields.many("path", lambda item: octets(item, _HASH_BYTES), most=MAX_PATH),
    )


def _growth_json(growth: Growth) -> Json:
    return {
        "origin": growth.origin,
        "size1": growth.size1,
        "size2": growth.size2,
        "path": [item.hex() for item in growth.path],
    }
