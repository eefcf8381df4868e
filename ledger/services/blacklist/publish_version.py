"""Publish a version of the list: bring the token tree up to the listings, sign its root, record it (DESIGN section 7).

Promises: repeatable; a version comes when the cadence says so, changed or not; two workers make one version between them.
"""

from datetime import datetime, timedelta

from ledger.core.blacklist.listings import SHOWN, ListingState, leaf_value
from ledger.core.blacklist.tree import EMPTY_ROOT, Growth, Root, Token, update
from ledger.core.blacklist.versions import SignedVersion, next_version
from ledger.core.log.directory import format_instant
from ledger.core.log.instants import instant
from ledger.services.blacklist.known import signed_version
from ledger.services.blacklist.open_epoch import SUBJECT_KIND
from ledger.services.blacklist.parties import RegistryKey, sign_record
from ledger.services.context import Act, Stores
from ledger.services.log.institution_key import directory_log
from ledger.services.recording import Event, RecordKey, record
from ledger.storage.blacklist import listing_state_of, listings_of, mark_published, unpublished
from ledger.storage.database import Connection
from ledger.storage.token_tree import (
    VersionRow,
    apply_changes,
    insert_nodes,
    insert_version,
    leaf_count,
    newest_versions,
    node,
)


def publish_version(
    stores: Stores, act: Act, epoch_id: bytes, key: RegistryKey, *, cadence: timedelta
) -> SignedVersion | None:
    """Return the new version, or None while the newest is younger than the cadence; raise Conflict("version.exists")."""
    newest = stores.database.read(lambda tx: newest_versions(tx, epoch_id, limit=1))
    if newest and not _is_due(newest[0], act.now, cadence):
        return None
    name = epoch_id.hex()
    house = RecordKey(name, stores.record_keys.get(name))
    return stores.database.write(lambda tx: _write(tx, stores, act, (epoch_id, key, house)))


def _is_due(newest: VersionRow, now: datetime, cadence: timedelta) -> bool:
    return now - instant(newest.at) >= cadence


def _write(tx: Connection, stores: Stores, act: Act, parts: tuple[bytes, RegistryKey, RecordKey]) -> SignedVersion:
    epoch_id, key, house = parts
    newest = newest_versions(tx, epoch_id, limit=1)
    before = signed_version(newest[0]).record if newest else None
    waiting = unpublished(tx, epoch_id)
    changes = {Token(token): _value(tx, epoch_id, token) for token in {token for _, token in waiting}}
    growth = _grow(tx, before.root if before else EMPTY_ROOT, changes)
    number = before.number + 1 if before else 1
    apply_changes(tx, epoch_id, number, changes)
    mark_published(tx, [listing_id for listing_id, _ in waiting], number)
    version = next_version(
        epoch_id, before, root=Root(growth.root), count=leaf_count(tx, epoch_id), at=format_instant(act.now)
    )
    signed = sign_record(version, key.signer)
    event = Event(
        type="blacklist.version",
        log=directory_log(tx, key.institution_id),
        subject_kind=SUBJECT_KIND,
        subject_id=epoch_id.hex(),
        role="registry",
        record=house,
        facts={"version": version.to_json(), "signature": signed.signature.to_json()},
    )
    recorded = record(tx, stores, act, event)
    insert_version(
        tx,
        VersionRow(
            epoch_id=epoch_id,
            number=version.number,
            root=version.root,
            count=version.count,
            record=signed.to_bytes(),
            recorded_entry=recorded.entry_id,
            at=version.at,
        ),
    )
    return signed


def _grow(tx: Connection, root: bytes, changes: dict[Token, bytes | None]) -> Growth:
    growth = update(root, changes, lambda name: node(tx, name))
    insert_nodes(tx, growth.nodes)
    return growth


def _value(tx: Connection, epoch_id: bytes, token: bytes) -> bytes | None:
    """Return what the tree is to say of a token now: all its shown listings together, or nothing."""
    shown = []
    for row in listings_of(tx, epoch_id, token):
        state = listing_state_of(tx, row.id)
        if state is not None and ListingState(state.state) in SHOWN:
            shown.append((row.id, state.state, row.sealed))
    return leaf_value(shown) if shown else None
