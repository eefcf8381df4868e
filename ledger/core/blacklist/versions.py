"""Versions of the token list: on a fixed cadence the registry signs the tree's root, whether it changed or not.

Promises: versions of one epoch are numbered from 1 without a gap and each names the record before it, so a registry that shows
two lists to two people has signed both. Leaves to others: which listings are in it. docs/formats/token-tree.md.
"""

from dataclasses import dataclass
from typing import Final

from ledger.core.blacklist.signed import Signed, digest, parse_signed
from ledger.core.blacklist.tree import EMPTY_ROOT, Root
from ledger.core.log.fields import Fields
from ledger.core.log.instants import instant_text
from ledger.errors import InvalidInput, VerificationFailed
from signing.canonical import Json

KIND: Final = "blacklist-version"
NO_VERSION: Final = bytes(32)  # what the first version names as the one before
_CODE = "version.malformed"
_FIELDS = frozenset({"tag", "epoch", "number", "previous", "root", "count", "at"})


@dataclass(frozen=True, kw_only=True)
class Version:
    """One list: the tree's root, how many tokens it has, when it was made."""

    epoch: bytes
    number: int
    previous: bytes
    root: bytes
    count: int
    at: str

    kind: Final = KIND

    def to_json(self) -> dict[str, Json]:
        return {
            "tag": f"tally/{KIND}/v1",
            "epoch": self.epoch.hex(),
            "number": self.number,
            "previous": self.previous.hex(),
            "root": self.root.hex(),
            "count": self.count,
            "at": self.at,
        }


SignedVersion = Signed[Version]


def parse_version(value: Json) -> SignedVersion:
    """Return the signed version of its JSON form; raise InvalidInput("version.malformed")."""
    return parse_signed(value, _parse, _CODE)


def _parse(value: Json) -> Version:
    fields = Fields(value, _FIELDS, where="version", code=_CODE)
    if fields.text("tag") != f"tally/{KIND}/v1":
        raise InvalidInput(_CODE, f'expected the tag "tally/{KIND}/v1"')
    found = Version(
        epoch=fields.octets("epoch", 32),
        number=fields.integer("number", least=1),
        previous=fields.octets("previous", 32),
        root=fields.octets("root", 32),
        count=fields.integer("count", least=0),
        at=fields.parsed("at", instant_text),
    )
    if (found.number == 1) != (found.previous == NO_VERSION) or (found.count == 0) != (found.root == EMPTY_ROOT):
        raise InvalidInput(
            _CODE, "version: expected the first to name none before it, and an empty list to have the empty root"
        )
    return found


def next_version(epoch: bytes, before: Version | None, *, root: Root, count: int, at: str) -> Version:
    """Return the version that follows `before`."""
    return Version(
        epoch=epoch,
        number=before.number + 1 if before else 1,
        previous=digest(before) if before else NO_VERSION,
        root=root,
        count=count,
        at=at,
    )


def check_follows(before: Version, after: Version) -> None:
    """Pass when `after` is the version behind `before`; raise VerificationFailed("version.forked")."""
    if after.epoch != before.epoch or after.number != before.number + 1 or after.previous != digest(before):
        raise VerificationFailed(
            "version.forked",
            f"version {after.number} does not follow version {before.number} as it was seen: the registry shows two lists; "
            "keep both records and tell the consortium",
        )
