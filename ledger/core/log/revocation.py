"""How a revoked key's signatures are judged: by the ground of the revocation, at the time when each was provably there.

Promises: one rule for personal, organisation and seal keys. Orderly and lost: what was there before the revocation stays good.
Compromised since a stated time: only what an independent clock shows before that time stays good. An unknown ground counts as
compromised, without a stated time everything is in doubt. A list that could not be had, or that is older than the signature, is
"not checked", never "good".
Leaves to others: finding revocations and proven times (evidence, seal), and the certificates of outside authorities.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from ledger.errors import InvalidInput
from signing.canonical import Json

# RFC 5280 section 5.3.1; what is not named here is not known, and counts as compromised.
_CRL_GROUNDS: Final[Mapping[str, str]] = {
    "affiliation_changed": "orderly",
    "superseded": "orderly",
    "cessation_of_operation": "orderly",
    "privilege_withdrawn": "orderly",
}


class Ground(StrEnum):
    """Why a key was revoked."""

    ORDERLY = "orderly"
    LOST = "lost"
    COMPROMISED = "compromised"


class Standing(StrEnum):
    """What a revocation makes of one signature."""

    GOOD = "good"  # never revoked, as far as the list goes
    GOOD_BEFORE = "good-before"  # revoked, and the signature was there before
    BAD = "bad"
    UNPROVEN = "unproven"  # revoked, and no clock shows that the signature was there before
    NOT_CHECKED = "not-checked"  # no list, or one older than the signature


@dataclass(frozen=True, kw_only=True)
class Revocation:
    """A revocation: `since` is the stated time of a compromise, `index` its place in the log that holds the signature."""

    ground: Ground
    recorded_at: datetime
    since: datetime | None = None
    index: int | None = None


@dataclass(frozen=True, kw_only=True)
class Proven:
    """When a signature was provably there: its place in the log, and the first moment by a clock that is not the signer's."""

    index: int | None = None
    by: datetime | None = None


@dataclass(frozen=True)
class RevocationList:
    """What is known of one key's revocation; `reaches` says that the list is no older than the signature it is asked about."""

    revocation: Revocation | None
    reaches: bool


def parse_ground(text: str) -> Ground:
    """Return the ground; a word that is not known counts as compromised."""
    return Ground(text) if text in set(Ground) else Ground.COMPROMISED


def ground_of_crl_reason(reason: str | None) -> Ground:
    """Return the ground that a certificate authority's reason stands for: none, `unspecified` and new ones count as compromised."""
    return parse_ground(_CRL_GROUNDS.get(reason or "", ""))


def read_revocation(facts: Mapping[str, Json], *, recorded_at: str, index: int) -> Revocation:
    """Return the revocation of a `key.revoked` entry's plain facts; a stated time that cannot be read counts as none."""
    since = facts.get("since")
    return Revocation(
        ground=parse_ground(str(facts.get("ground", ""))),
        recorded_at=datetime.fromisoformat(recorded_at),
        since=_moment(since) if isinstance(since, str) else None,
        index=index,
    )


def judge(known: RevocationList | None, proven: Proven) -> Standing:
    """Return what a list (None: it could not be had) makes of a signature that was there as `proven` says."""
    if known is None or not known.reaches:
        return Standing.NOT_CHECKED
    revocation = known.revocation
    if revocation is None:
        return Standing.GOOD
    if revocation.ground is Ground.COMPROMISED:
        return Standing.BAD if revocation.since is None else _before(proven.by, revocation.since)
    if proven.index is not None and revocation.index is not None:
        return Standing.GOOD_BEFORE if proven.index < revocation.index else Standing.BAD
    return _before(proven.by, revocation.recorded_at)


def check_stated_time(ground: Ground, since: datetime | None, now: datetime) -> None:
    """Raise InvalidInput("key.since") unless a time is stated for a compromise, and for nothing else, and is past."""
    if since is not None and ground is not Ground.COMPROMISED:
        raise InvalidInput(
            "key.since", f"a stated time belongs to a compromise; {ground} counts from now on", field="since"
        )
    if since is not None and since > now:
        raise InvalidInput("key.since", "the time since when a key is compromised cannot lie ahead", field="since")


def _before(by: datetime | None, moment: datetime) -> Standing:
    if by is None:
        return Standing.UNPROVEN
    return Standing.GOOD_BEFORE if by < moment else Standing.BAD


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
