"""The part of a trust policy about seals: under which roots a seal and its time stamps are believed (docs/formats/trust-policy.md).

Promises: strict reading, bounded; certificates and lists are kept as bytes (DER) and never parsed here.
Leaves to others: judging a seal by them (signing.pdf.inspect_sealed).
"""

from dataclasses import dataclass
from typing import Final

from ledger.core.log.fields import Fields, octets_up_to
from signing.canonical import Json

MAX_ROOTS: Final = 64
MAX_LISTS: Final = 8
MAX_CERTIFICATE: Final = 8 * 1024
MAX_LIST: Final = 64 * 1024

_CODE = "trust.malformed"


@dataclass(frozen=True, kw_only=True)
class TrustedSeals:
    """Roots for seals, roots for their time stamps, and revocation lists newer than the sealed files (all DER)."""

    roots: tuple[bytes, ...]
    time_stamp_roots: tuple[bytes, ...] = ()
    revocation_lists: tuple[bytes, ...] = ()

    def to_json(self) -> Json:
        return {
            "roots": [item.hex() for item in self.roots],
            "time_stamp_roots": [item.hex() for item in self.time_stamp_roots],
            "revocation_lists": [item.hex() for item in self.revocation_lists],
        }


def parse_seals(value: Json) -> TrustedSeals:
    """Return the member `seals` of a trust policy; raise InvalidInput("trust.malformed")."""
    names = frozenset({"roots", "time_stamp_roots", "revocation_lists"})
    fields = Fields(value, names, where="seals", code=_CODE)
    return TrustedSeals(
        roots=fields.many("roots", _certificate, least=1, most=MAX_ROOTS),
        time_stamp_roots=fields.many("time_stamp_roots", _certificate, most=MAX_ROOTS),
        revocation_lists=fields.many("revocation_lists", lambda item: octets_up_to(item, MAX_LIST), most=MAX_LISTS),
    )


def _certificate(value: Json) -> bytes:
    return octets_up_to(value, MAX_CERTIFICATE)
