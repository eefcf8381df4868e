"""One signed step of a listing becomes an entry, a row and a state, in the transaction of whoever took it."""

from dataclasses import dataclass
from datetime import datetime

from ledger.core.blacklist.life import Life, check_step, follow, life_of, next_due
from ledger.core.blacklist.listings import parse_signed_listing
from ledger.core.blacklist.signed import read_json
from ledger.core.blacklist.steps import EVENTS, ListingStep, SignedStep, Step, parse_signed_step
from ledger.core.log.directory import format_instant
from ledger.errors import NotFound
from ledger.services.blacklist.known import known_epoch
from ledger.services.blacklist.parties import RegistryKey
from ledger.services.context import Act, Stores
from ledger.services.log.institution_key import directory_log
from ledger.services.recording import Event, Recorded, RecordKey, record
from ledger.storage.blacklist import ListingRow, change_listing_state, listing_by_id
from ledger.storage.database import Connection
from ledger.storage.listing_steps import ListingStepRow, insert_step, set_clock, steps_of
from ledger.storage.log import subject_head

SUBJECT_KIND = "listing"


@dataclass(frozen=True)
class Lived:
    """A listing's row, what its steps made of it, and the leaf hash of its newest entry."""

    row: ListingRow
    life: Life
    steps: tuple[tuple[ListingStepRow, ListingStep], ...]
    head: bytes
    registry: str


def lived(tx: Connection, listing_id: str) -> Lived:
    """Return a listing with its life; raise NotFound("listing.unknown")."""
    row = listing_by_id(tx, listing_id)
    if row is None:
        raise NotFound(
            "listing.unknown", "this registry has no such listing: `tally blacklist check` names those of a subject"
        )
    registry = known_epoch(tx, row.epoch_id).institution_id
    head = subject_head(tx, directory_log(tx, registry).id, SUBJECT_KIND, row.id)
    listing = parse_signed_listing(read_json(row.record, "listing.malformed")).record
    steps = tuple((step, read_step(step.record)) for step in steps_of(tx, row.id))
    life = life_of(listing, ((step, found.at) for found, step in steps))
    return Lived(row, life, steps, head.leaf_hash if head else b"", registry)


def read_step(record_bytes: bytes) -> ListingStep:
    return parse_signed_step(read_json(record_bytes, "listing-step.malformed")).record


def registry_step(
    found: Lived, key: RegistryKey, step: Step, said: tuple[str, bytes | None], now: datetime
) -> ListingStep:
    """Return a step of the registry's own: its word and evidence, on the newest entry."""
    listing = found.life.listing
    word, evidence = said
    return ListingStep(
        listing=listing.id,
        epoch=listing.epoch,
        token=listing.token,
        institution=key.institution_id,
        step=step,
        word=word,
        evidence=evidence,
        identity=None,
        seen=found.head,
        at=format_instant(now),
    )


def record_step(tx: Connection, stores: Stores, act: Act, signed: SignedStep, *, role: str) -> Recorded:
    """Check the step against the listing as it stands, queue its entry and change the state; raises what `check_step` raises."""
    step = signed.record
    found = lived(tx, step.listing)
    check_step(found.life, step, head=found.head, now=act.now)
    after = follow(found.life, step, format_instant(act.now))
    state = after.state
    event = Event(
        type=EVENTS[step.step],
        log=directory_log(tx, found.registry),
        subject_kind=SUBJECT_KIND,
        subject_id=step.listing,
        role=role,
        record=RecordKey(step.listing, stores.record_keys.get(step.listing)),
        facts={
            "lister": found.row.institution_id,
            "institution": step.institution,
            "word": step.word,
            "state": str(state),
        },
        shared={"statement": signed.to_json()},
    )
    recorded = record(tx, stores, act, event)
    row = ListingStepRow(
        entry_id=recorded.entry_id,
        listing_id=step.listing,
        institution_id=step.institution,
        step=str(step.step),
        record=signed.to_bytes(),
        at=format_instant(act.now),
    )
    insert_step(tx, row)
    set_clock(tx, step.listing, next_due(after))
    change_listing_state(tx, step.listing, expected=str(found.life.state), state=str(state), entry_id=recorded.entry_id)
    return recorded
