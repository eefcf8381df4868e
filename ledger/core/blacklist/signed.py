"""A record of the blacklist and the signatures under it: one envelope for epochs, versions, requests and answers.

Promises: strict reading; what is signed is the record's canonical JSON under its own tag. Leaves to others: what a record says.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from ledger.core.log.fields import Fields
from ledger.errors import InvalidInput, VerificationFailed
from signing.algorithms import PublicKey
from signing.canonical import Json, decode, encode
from signing.envelope import Signature, tagged_bytes, tagged_hash
from signing.errors import InvalidEncoding, SigningError
from signing.verify import check_bytes_signature

MAX_RECORD_BYTES = 1024 * 1024  # a thousand blinded subjects with their commitments are 250 KB


class Record(Protocol):
    """What can be signed: `kind` is its tag."""

    @property
    def kind(self) -> str: ...

    def to_json(self) -> dict[str, Json]: ...


R = TypeVar("R", bound=Record)


def payload(record: Record) -> bytes:
    """Return the canonical JSON of a record."""
    return encode(record.to_json())


def digest(record: Record) -> bytes:
    """Return the 32 bytes that name a record: the tagged hash of its canonical JSON."""
    return tagged_hash(record.kind, payload(record))


def signed_bytes(record: Record) -> bytes:
    """Return what a key signs for this record."""
    return tagged_bytes(record.kind, payload(record))


@dataclass(frozen=True)
class Signed(Generic[R]):
    """A record with its signature."""

    record: R
    signature: Signature

    def check(self, key: PublicKey) -> None:
        """Pass when this key signed the record; raise VerificationFailed("blacklist.signature") naming what was signed."""
        try:
            check_bytes_signature(self.record.kind, payload(self.record), self.signature, key)
        except SigningError as error:
            raise VerificationFailed("blacklist.signature", f"{self.record.kind}: {error.message}") from error

    def to_json(self) -> dict[str, Json]:
        return {"record": self.record.to_json(), "signature": self.signature.to_json()}

    def to_bytes(self) -> bytes:
        return encode(self.to_json())


def parse_signed(value: Json, parse: Callable[[Json], R], code: str) -> Signed[R]:
    """Return the signed record of its JSON form; raise InvalidInput(code)."""
    fields = Fields(value, frozenset({"record", "signature"}), where="signed", code=code)
    return Signed(fields.parsed("record", parse), fields.parsed("signature", Signature.from_json))


def read_json(data: bytes, code: str, *, most: int = MAX_RECORD_BYTES) -> Json:
    """Return the value of canonical bytes; raise InvalidInput(code)."""
    if len(data) > most:
        raise InvalidInput(code, f"expected at most {most} bytes, got {len(data)}")
    try:
        return decode(data)
    except InvalidEncoding as error:
        raise InvalidInput(code, error.message) from error
