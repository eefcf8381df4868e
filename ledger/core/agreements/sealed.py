"""What the log says of a sealed file, and when a failed seal is tried again (DESIGN section 5).

Promises: one strict form of the committed field `sealed`; the pause before the next attempt grows and is bounded.
Leaves to others: making the file (signing.pdf.seal) and recording it (services).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from ledger.core.log.fields import Fields
from signing.canonical import Json

FIELD: Final = "sealed"
SEALED: Final = "agreement.sealed"

_FIRST_PAUSE_SECONDS = 5
_LONGEST_PAUSE_SECONDS = 15 * 60
_MAX_DOUBLINGS = 10
_MAX_STAMPS = 16
_HASH_BYTES = 32
_CODE = "sealed.malformed"


@dataclass(frozen=True)
class StampFacts:
    """A time stamp as its token has it: the time it says, and the name of the authority."""

    at: str
    authority: str


@dataclass(frozen=True, kw_only=True)
class SealedFacts:
    """One version of a sealed file: its bytes, how many of them are the contract as signed, and the time stamps it took."""

    version: int
    sha256: bytes
    byte_length: int
    contract_bytes: int
    sealed_at: str
    renew_before: str
    local_time_stamps: bool
    time_stamps: tuple[StampFacts, ...]

    def to_json(self) -> Json:
        return {
            "version": self.version,
            "sha256": self.sha256.hex(),
            "bytes": self.byte_length,
            "contract_bytes": self.contract_bytes,
            "sealed_at": self.sealed_at,
            "renew_before": self.renew_before,
            "local_time_stamps": self.local_time_stamps,
            "time_stamps": [{"at": stamp.at, "authority": stamp.authority} for stamp in self.time_stamps],
        }


def read_sealed(value: Json) -> SealedFacts:
    """Return the facts of an opened `sealed` field; raise InvalidInput("sealed.malformed")."""
    names = frozenset(
        {
            "version",
            "sha256",
            "bytes",
            "contract_bytes",
            "sealed_at",
            "renew_before",
            "local_time_stamps",
            "time_stamps",
        }
    )
    fields = Fields(value, names, where=FIELD, code=_CODE)
    return SealedFacts(
        version=fields.integer("version", least=1),
        sha256=fields.octets("sha256", _HASH_BYTES),
        byte_length=fields.integer("bytes", least=1),
        contract_bytes=fields.integer("contract_bytes", least=1),
        sealed_at=fields.text("sealed_at"),
        renew_before=fields.text("renew_before"),
        local_time_stamps=fields.boolean("local_time_stamps"),
        time_stamps=fields.many("time_stamps", _read_stamp, least=1, most=_MAX_STAMPS),
    )


def next_attempt(now: datetime, attempts: int) -> datetime:
    """Return when to try again after so many attempts: 5 seconds, then twice as long each time, at most a quarter of an hour."""
    pause = _FIRST_PAUSE_SECONDS * 2 ** min(max(attempts, 1) - 1, _MAX_DOUBLINGS)
    return now + timedelta(seconds=min(pause, _LONGEST_PAUSE_SECONDS))


def _read_stamp(value: Json) -> StampFacts:
    fields = Fields(value, frozenset({"at", "authority"}), where="time_stamp", code=_CODE)
    return StampFacts(fields.text("at"), fields.text("authority"))
