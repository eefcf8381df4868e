"""Receipts: what a stranger needs to check one entry without us.

Promises: `verify_receipt` passes only an entry that stands in the tree of a checkpoint signed by the log's key, with openings
that open its commitments. Receipts come from strangers: size, depth and every list are bounded.
Leaves to others: the chain facts and cosignatures, which are claims until core/evidence checks them under a trust policy.
docs/formats/receipt.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from ledger.core.log.checkpoint import Checkpoint, open_checkpoint
from ledger.core.log.commitment import Opening, check_opening
from ledger.core.log.entry import Entry, parse_entry
from ledger.core.log.hashing import leaf_hash
from ledger.core.log.note import VerifierKey
from ledger.core.log.proofs import verify_inclusion
from ledger.core.log.receipt_chain import AnchorFact, AnchorState, Cosignature
from ledger.core.log.receipt_fields import Limits, Reader, check_bytes, check_items, check_number, refuse
from ledger.errors import InvalidInput, VerificationFailed
from signing.canonical import Json, decode, encode
from signing.errors import InvalidEncoding

TAG = "tally/receipt/v1"
FIELDS = {
    "tag",
    "entry",
    "index",
    "path",
    "checkpoint",
    "evm_signature",
    "openings",
    "cosignatures",
    "anchor",
    "self_operated",
}


class Grade(StrEnum):
    """How strong a receipt says it is. A verifier's own trust policy decides whether that holds."""

    LOGGED = "logged"
    COSIGNED = "cosigned"
    MINED = "mined"
    FINAL = "final"

    @property
    def does_not_prove(self) -> str:
        """What a reader must not take from this grade."""
        return _NOT_PROVED[self]


_NOT_PROVED: Mapping[Grade, str] = {
    Grade.LOGGED: "that the operator shows everybody the same log, nor when the entry was made",
    Grade.COSIGNED: "that the cosigners are independent, nor when the entry was made beyond their word",
    Grade.MINED: "that the block stays: the chain may still replace it",
    Grade.FINAL: "that what was recorded is true, nor that nothing was left out",
}


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """One entry, its place in a signed tree, the openings its holder may see, and what is claimed beyond the log."""

    entry: bytes
    index: int
    path: tuple[bytes, ...]
    checkpoint: bytes
    evm_signature: bytes | None = None
    openings: tuple[Opening, ...] = ()
    cosignatures: tuple[Cosignature, ...] = ()
    anchor: AnchorFact | None = None
    self_operated: bool = True

    def __post_init__(self) -> None:
        check_bytes("entry", self.entry, most=Limits.ENTRY)
        check_number("index", self.index)
        check_items("path", self.path, most=Limits.PATH)
        for item in self.path:
            check_bytes("path", item, exactly=Limits.HASH)
        check_bytes("checkpoint", self.checkpoint, most=Limits.CHECKPOINT)
        if self.evm_signature is not None:
            check_bytes("evm_signature", self.evm_signature, exactly=Limits.EVM_SIGNATURE)
        check_items("openings", self.openings, most=Limits.OPENINGS)
        check_items("cosignatures", self.cosignatures, most=Limits.COSIGNATURES)

    def to_bytes(self) -> bytes:
        """Return the canonical JSON of the receipt; raise InvalidInput("receipt.malformed") beyond its limits."""
        try:
            data = encode(_to_json(self))
        except (InvalidEncoding, UnicodeDecodeError) as error:
            raise InvalidInput("receipt.malformed", f"this receipt has no canonical form: {error}") from error
        if len(data) > Limits.RECEIPT:
            raise InvalidInput(
                "receipt.malformed", f"expected a receipt of at most {Limits.RECEIPT} bytes, got {len(data)}"
            )
        return data


@dataclass(frozen=True)
class VerifiedReceipt:
    """What a receipt proves: this entry stands in the log of this checkpoint, and these fields have these values."""

    entry: Entry
    checkpoint: Checkpoint
    openings: Mapping[str, Json]


def parse_receipt(data: bytes) -> Receipt:
    """Return the receipt of its bytes, unverified; raise VerificationFailed.

    Codes: "receipt.too-large", "receipt.not-canonical", "receipt.version", "receipt.malformed", "commitment.malformed".
    """
    if len(data) > Limits.RECEIPT:
        raise VerificationFailed(
            "receipt.too-large", f"expected a receipt of at most {Limits.RECEIPT} bytes, got {len(data)}"
        )
    try:
        value = decode(data)
    except InvalidEncoding as error:
        raise VerificationFailed("receipt.not-canonical", error.message) from error
    if not isinstance(value, dict) or value.get("tag") != TAG:
        raise VerificationFailed("receipt.version", f"expected a receipt tagged {TAG}")
    try:
        return _from_json(Reader.of(value, FIELDS, "receipt"))
    except InvalidInput as error:
        raise VerificationFailed(error.code, error.message, field=error.field) from error


def verify_receipt(receipt: Receipt, key: VerifierKey) -> VerifiedReceipt:
    """Return what the receipt proves under the log's key; raise VerificationFailed with the code of what does not hold.

    Codes: note.*, checkpoint.*, and those of `verify_under`.
    """
    return verify_under(receipt, open_checkpoint(receipt.checkpoint, key))


def verify_under(receipt: Receipt, checkpoint: Checkpoint) -> VerifiedReceipt:
    """Return what the receipt proves under its checkpoint, which the caller opened from the note that the receipt carries.

    Raises VerificationFailed: entry.*, proof.inclusion, commitment.*, "receipt.other-log", "receipt.opened-twice",
    "receipt.other-anchor".
    """
    entry = parse_entry(receipt.entry)
    if entry.log != checkpoint.origin:
        raise VerificationFailed(
            "receipt.other-log", f"expected an entry of the log {checkpoint.origin}, got one of {entry.log}"
        )
    verify_inclusion(
        leaf=leaf_hash(receipt.entry),
        index=receipt.index,
        size=checkpoint.size,
        path=receipt.path,
        root=checkpoint.root,
    )
    if receipt.anchor is not None and receipt.anchor.size != checkpoint.size:
        raise VerificationFailed(
            "receipt.other-anchor", f"expected an anchor of size {checkpoint.size}, got one of {receipt.anchor.size}"
        )
    return VerifiedReceipt(entry, checkpoint, _opened(entry, receipt.openings))


def grade(receipt: Receipt) -> Grade:
    """Return how strong the receipt says it is; nothing is checked here."""
    if receipt.anchor is not None:
        return Grade.FINAL if receipt.anchor.state is AnchorState.FINAL else Grade.MINED
    return Grade.COSIGNED if receipt.cosignatures else Grade.LOGGED


def _opened(entry: Entry, openings: tuple[Opening, ...]) -> Mapping[str, Json]:
    opened: dict[str, Json] = {}
    for opening in openings:
        if opening.field in opened:
            raise VerificationFailed(
                "receipt.opened-twice", f"expected one opening of field {opening.field!r}, got two", field=opening.field
            )
        check_opening(entry, opening)
        opened[opening.field] = opening.value
    return MappingProxyType(opened)


def _to_json(receipt: Receipt) -> Json:
    return {
        "tag": TAG,
        "entry": receipt.entry.decode(),
        "index": receipt.index,
        "path": [item.hex() for item in receipt.path],
        "checkpoint": receipt.checkpoint.decode(),
        "evm_signature": None if receipt.evm_signature is None else receipt.evm_signature.hex(),
        "openings": [opening.to_json() for opening in receipt.openings],
        "cosignatures": [cosignature.to_json() for cosignature in receipt.cosignatures],
        "anchor": None if receipt.anchor is None else receipt.anchor.to_json(),
        "self_operated": receipt.self_operated,
    }


def _from_json(read: Reader) -> Receipt:
    evm_signature, anchor = read.fields["evm_signature"], read.fields["anchor"]
    self_operated = read.fields["self_operated"]
    if not isinstance(self_operated, bool):
        refuse("self_operated", "expected true or false")
    return Receipt(
        entry=read.text("entry").encode(),
        index=read.number("index"),
        path=read.hexes("path", most=Limits.PATH),
        checkpoint=read.text("checkpoint").encode(),
        evm_signature=None if evm_signature is None else read.hex("evm_signature"),
        openings=tuple(Opening.from_json(item) for item in read.items("openings", most=Limits.OPENINGS)),
        cosignatures=tuple(
            Cosignature.from_json(item) for item in read.items("cosignatures", most=Limits.COSIGNATURES)
        ),
        anchor=None if anchor is None else AnchorFact.from_json(anchor),
        self_operated=self_operated,
    )
