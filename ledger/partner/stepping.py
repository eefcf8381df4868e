"""A partner's step with a listing: what the registry says of it, held against the subject, signed with the partner's own key.

Promises: what is signed names the very listing, token and newest entry that were looked at. Leaves to others: who may (core.blacklist.life).
"""

from dataclasses import dataclass

from ledger.core.blacklist.signed import Signed, signed_bytes
from ledger.core.blacklist.steps import ListingStep, SignedStep, Step, check_words
from ledger.core.blacklist.tree import Token
from ledger.core.log.directory import format_instant
from ledger.core.log.fields import octets
from ledger.errors import InvalidInput, LedgerError, NotFound, Unavailable
from ledger.partner.checking import Partner, Result
from ledger.partner.doors import Registry
from ledger.partner.snapshot import Shown
from ledger.partner.syncing import read_object
from signing.envelope import Signature


@dataclass(frozen=True, kw_only=True)
class Saying:
    """What a step says; `evidence` and `identity` are SHA-256 of files that the partner keeps."""

    step: Step
    word: str
    evidence: bytes | None = None
    identity: bytes | None = None


@dataclass(frozen=True)
class Known:
    """What the registry says of one listing."""

    id: str
    epoch: bytes
    token: Token
    institution: str
    state: str
    head: bytes


def known_listing(registry: Registry, listing_id: str) -> Known:
    """Return what the registry says of a listing; raise NotFound("listing.unknown"), Unavailable("service.answer")."""
    found = read_object(registry.get(f"listings/{listing_id}"))
    try:
        return Known(
            id=listing_id,
            epoch=octets(found.get("epoch"), 32),
            token=Token(octets(found.get("token"), 32)),
            institution=str(found.get("institution")),
            state=str(found.get("state")),
            head=octets(found.get("head"), 32),
        )
    except LedgerError as error:
        raise Unavailable("service.answer", "the registry answered something that is not a listing") from error


def prepare_step(partner: Partner, known: Known, saying: Saying) -> SignedStep:
    """Return the signed step; raise InvalidInput("listing-step.malformed")."""
    check_words(saying.step, saying.word, evidence=saying.evidence, identity=saying.identity)
    step = ListingStep(
        listing=known.id,
        epoch=known.epoch,
        token=known.token,
        institution=partner.institution,
        step=saying.step,
        word=saying.word,
        evidence=saying.evidence,
        identity=saying.identity,
        seen=known.head,
        at=format_instant(partner.now()),
    )
    public = partner.signer.public
    return Signed(step, Signature(public.suite, public.key_id, partner.signer.sign(signed_bytes(step))))


def take_step(registry: Registry, partner: Partner, known: Known, saying: Saying) -> SignedStep:
    """Sign a step and send it; raises what the registry refuses."""
    signed = prepare_step(partner, known, saying)
    registry.post(f"listings/{known.id}/steps", {"step": signed.to_json()}, once=partner.random(16).hex())
    return signed


def listing_of(result: Result, wanted: str | None) -> Shown:
    """Return the listing of a checked subject: the one that is wanted, or the only one.

    Raises NotFound("listing.unknown"), InvalidInput("listing.several").
    """
    found = [shown for shown in result.shown if wanted in {None, shown.id}]
    if not found:
        raise NotFound("listing.unknown", "the subject has no such listing in the newest version of the list")
    if len(found) > 1:
        raise InvalidInput(
            "listing.several", f"the subject has several listings, name one: {', '.join(shown.id for shown in found)}"
        )
    return found[0]
