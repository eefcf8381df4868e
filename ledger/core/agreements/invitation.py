"""Rules of invitation links and browser sessions: how long they live, and what is kept of their secrets (DESIGN section 5).

Promises: only a hash of a token is ever stored; a link is good for one browser and grants nothing by itself. Time is an
argument. Leaves to others: keeping the rows and setting the cookie.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from ledger.errors import Conflict, NotFound
from signing.envelope import tagged_hash

TOKEN_BYTES = 32  # 256 bits: nothing to guess, so a plain hash is enough
INVITATION_LIFE = timedelta(days=7)  # shorter than most deadlines: a forgotten mail box should not open for ever
HAND_OVER_LIFE = timedelta(minutes=10)  # long enough to paste a link into another browser on the same phone
SESSION_LIFE = timedelta(hours=12)  # one sitting, with a pause; the steps taken are kept beyond it
CLOCK_SKEW = timedelta(minutes=5)  # as far as two machines of one operator may disagree

_TOKEN = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, kw_only=True)
class Link:
    """What is stored of an invitation link."""

    made_at: datetime
    expires_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None


def token_hash(kind: str, token: str) -> bytes:
    """Return what is stored of a token of this kind ("invitation" | "signer-session"); raise NotFound("link.unknown")."""
    if not _TOKEN.fullmatch(token):
        raise NotFound("link.unknown", "this link is not complete; open it from the message, or ask for a new one")
    return tagged_hash(kind, bytes.fromhex(token))


def check_link(link: Link, now: datetime) -> None:
    """Raise Conflict unless the link may be opened now.

    Codes: "link.replaced" (a newer one was sent), "link.used" (opened elsewhere before), "link.expired" (also when it was
    made by a clock far ahead of ours).
    """
    if link.revoked_at is not None:
        raise Conflict("link.replaced", "a newer link was sent; open the newest message, or ask for another link")
    if link.used_at is not None:
        raise Conflict(
            "link.used", "this link was opened elsewhere; ask for a new one, which goes to the address we hold"
        )
    if not is_in_date(link.made_at, link.expires_at, now):
        raise Conflict("link.expired", "this link is out of date; ask for a new one")


def is_in_date(made_at: datetime, expires_at: datetime, now: datetime) -> bool:
    """Say whether something made then counts now; what comes from a future beyond CLOCK_SKEW does not."""
    return made_at - CLOCK_SKEW <= now < expires_at
