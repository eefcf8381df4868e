"""The members file of an evaluator: whom it answers, how much, and the registry's key (docs/formats/check-policy.md).

Promises: a strict reading; what is written is read back the same. Leaves to others: where a member's key came from.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from ledger.core.blacklist.admission import Member
from ledger.core.blacklist.signed import read_json
from ledger.core.log.fields import Fields
from ledger.errors import InvalidInput
from signing.algorithms import PublicKey
from signing.canonical import Json, encode

MEMBERS_TAG = "tally/blacklist-members/v1"
_CODE = "members.malformed"


@dataclass(frozen=True)
class Members:
    """The registry's key, and who may ask how much: an evaluator's own decision, in a file of its own."""

    registry: PublicKey
    members: Mapping[str, Member]


def parse_members(data: bytes) -> Members:
    """Return the members of the file's bytes; raise InvalidInput("members.malformed")."""
    fields = Fields(read_json(data, _CODE), frozenset({"tag", "registry", "members"}), where="members", code=_CODE)
    if fields.text("tag") != MEMBERS_TAG:
        raise InvalidInput(_CODE, f'expected the tag "{MEMBERS_TAG}"')
    found = fields.many("members", _member, most=10_000)
    return Members(fields.parsed("registry", PublicKey.from_json), {member.institution: member for member in found})


def _member(value: Json) -> Member:
    fields = Fields(value, frozenset({"institution", "key", "quota"}), where="member", code=_CODE)
    return Member(
        fields.text("institution"), fields.parsed("key", PublicKey.from_json), fields.integer("quota", least=0)
    )


def members_bytes(members: Members) -> bytes:
    """Return the file's bytes."""
    lines: list[Json] = [
        {"institution": name, "key": one.key.to_json(), "quota": one.quota}
        for name, one in sorted(members.members.items())
    ]
    return encode({"tag": MEMBERS_TAG, "registry": members.registry.to_json(), "members": lines})
