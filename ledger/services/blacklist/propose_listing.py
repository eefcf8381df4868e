"""Propose a listing: a member's signed statement about a token, with details that only those who can name the subject read."""

from dataclasses import dataclass, field

from ledger.core.blacklist.life import Life, check_listing_quota, next_due, standing_of
from ledger.core.blacklist.listings import ListingState, SignedListing, check_listing, parse_signed_listing
from ledger.core.log.directory import format_instant
from ledger.core.log.permissions import Action, Grade, Resource, require
from ledger.errors import Conflict
from ledger.services.blacklist.known import check_own_signature, known_epoch, signed_epoch
from ledger.services.blacklist.stepping import SUBJECT_KIND, read_step
from ledger.services.context import Act, Stores, Written
from ledger.services.log.institution_key import directory_log
from ledger.services.once import find_earlier, remember_answer, write_once
from ledger.services.recording import Event, RecordKey, record
from ledger.storage.blacklist import ListingRow, insert_listing
from ledger.storage.database import Connection
from ledger.storage.listing_steps import judgements_about, listed_since, start_clock
from signing.canonical import Json


@dataclass(frozen=True)
class NewListing:
    """What a lister sends: its signed statement, as JSON, and the sealed details that it names."""

    listing: Json
    sealed: bytes = field(repr=False)


def propose_listing(stores: Stores, act: Act, new: NewListing) -> Written:
    """Store the listing and queue its entry; the registry's next version shows it.

    Raises NotAllowed (permission.denied, listing.not-a-member, listing.quota), InvalidInput (listing.…), NotFound("epoch.unknown"),
    Conflict("listing.closed-epoch" | "listing.exists"), VerificationFailed("blacklist.signature").
    """
    require(act.principal, Action.LISTING_PROPOSE, Resource(act.principal.institution_id, Grade.COMMERCIAL))
    if earlier := find_earlier(stores, act):
        return earlier
    signed = parse_signed_listing(new.listing)
    listing = signed.record
    member = check_own_signature(stores, act, signed, "lister")
    check_listing(listing, new.sealed, act.now)
    row = stores.database.read(lambda tx: known_epoch(tx, listing.epoch))
    if not signed_epoch(row).epoch.is_open(act.now):
        raise Conflict("listing.closed-epoch", "this epoch is not open now: evaluate the subject under the present one")
    key = RecordKey(listing.id, stores.record_keys.create(listing.id))
    return write_once(
        stores,
        act,
        lambda tx: _write(tx, stores, act, _Proposal(signed, new.sealed, key, row.institution_id, member.quota)),
    )


@dataclass(frozen=True)
class _Proposal:
    signed: SignedListing
    sealed: bytes
    key: RecordKey
    registry: str
    quota: int


def _check_quota(tx: Connection, act: Act, new: _Proposal) -> None:
    lister = new.signed.record.institution
    standing = standing_of(read_step(row.record) for row in judgements_about(tx, lister))
    day = format_instant(act.now.replace(hour=0, minute=0, second=0, microsecond=0))
    check_listing_quota(standing, new.quota, listed_since(tx, lister, day))


def _write(tx: Connection, stores: Stores, act: Act, new: _Proposal) -> Written:
    listing = new.signed.record
    _check_quota(tx, act, new)
    event = Event(
        type="listing.proposed",
        log=directory_log(tx, new.registry),
        subject_kind=SUBJECT_KIND,
        subject_id=listing.id,
        role="lister",
        record=new.key,
        facts={"lister": listing.institution},
        shared={"statement": new.signed.to_json()},
    )
    recorded = record(tx, stores, act, event)
    row = ListingRow(
        id=listing.id,
        epoch_id=listing.epoch,
        institution_id=listing.institution,
        token=listing.token,
        record=new.signed.to_bytes(),
        sealed=new.sealed,
        proposed_entry=recorded.entry_id,
        proposed_at=format_instant(act.now),
    )
    insert_listing(tx, row, ListingState.PROPOSED)
    start_clock(tx, listing.id, next_due(Life(listing=listing)))
    written = recorded.written(listing.id)
    remember_answer(tx, act, written)
    return written
