"""Put versions of the list on record at `BlacklistRegistry`: open the epoch there, publish the next version, remember what is final.

Promises: repeatable, with the discipline of anchors: a transaction is stored before it is sent, one nonce has one payload, a reorg or a
crash ends in the same record, a chain that is away is waited for. A record that differs from the list is a refusal, loudly.
Leaves to others: making versions, collecting other members' signatures, calling it again (the worker).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from ledger.chain import blacklist_registry as contract
from ledger.chain import consortium
from ledger.chain.client import ChainClient
from ledger.chain.faults import Reverted
from ledger.chain.transactions import DigestSigner
from ledger.core.blacklist.consortium import Place, epoch_digest, epoch_terms, seconds, version_digest
from ledger.core.blacklist.epochs import Epoch
from ledger.core.blacklist.versions import Version
from ledger.core.log.directory import format_instant
from ledger.errors import Unavailable, VerificationFailed
from ledger.services.blacklist.known import signed_epoch, signed_version
from ledger.services.context import Stores
from ledger.services.log.anchor_lane import take_lane
from ledger.services.log.anchor_parties import Turn
from ledger.services.log.register_log import bound
from ledger.services.log.setup_lane import Setup, settle
from ledger.storage.blacklist import EpochRow
from ledger.storage.consortium import (
    ConsortiumRow,
    OnChainRow,
    consortium_of_installation,
    endorsements,
    insert_on_chain,
    newest_on_chain,
)
from ledger.storage.token_tree import newest_versions, version_numbered

MOST_AT_ONCE = 50  # versions looked at in one turn


class RootState(StrEnum):
    """What a turn came to."""

    UNBOUND = "unbound"  # no consortium on chain
    BUSY = "busy"  # another worker sends
    WAITING = "waiting"  # too few members signed yet
    SENT = "sent"
    NOTHING_NEW = "nothing-new"


@dataclass(frozen=True, kw_only=True)
class RootKeys:
    """The account that pays, this institution's key of what members sign together, and how often an epoch that it opens has versions."""

    sender: DigestSigner
    signer: DigestSigner
    cadence_seconds: int


@dataclass(frozen=True)
class _Desk:
    stores: Stores
    client: ChainClient
    keys: RootKeys
    turn: Turn
    row: ConsortiumRow
    place: Place
    epoch: Epoch
    standing: frozenset[bytes]  # signing keys of the members in good standing


def publish_roots(stores: Stores, client: ChainClient, keys: RootKeys, turn: Turn, epoch: EpochRow) -> RootState:
    """Take one turn for one epoch.

    Raises VerificationFailed("roots.differ"), Reverted, Unavailable.
    """
    row = stores.database.read(consortium_of_installation)
    if row is None:
        return RootState.UNBOUND
    place = Place(bound(stores).chain_id, row.registry)
    try:
        members = consortium.members(client, row.consortium)
        standing = frozenset(member.signer for member in members if member.is_standing(turn.now))
        return _turn(_Desk(stores, client, keys, turn, row, place, signed_epoch(epoch).epoch, standing))
    except Reverted as error:
        named = contract.artifact().error_text(error.data) or consortium.artifact().error_text(error.data)
        raise Reverted(error.data, named) from error


def _turn(desk: _Desk) -> RootState:
    head = contract.head(desk.client, desk.row.registry, desk.epoch.id)
    if head is None:
        return _open(desk)
    _remember(desk)
    state = RootState.NOTHING_NEW
    for version in _due(desk, *head):
        signatures = _signatures(desk, version_digest(desk.place, version))
        if signatures is not None:
            name = f"version:{desk.epoch.id.hex()[:16]}:{version.number}"
            return _send(desk, name, contract.publish_data(version, signatures))
        state = RootState.WAITING  # members who sign rarely sign the newest: that one passes over those before it
    return state


def _open(desk: _Desk) -> RootState:
    terms = epoch_terms(desk.epoch, desk.keys.cadence_seconds)
    signatures = _signatures(desk, epoch_digest(desk.place, terms))
    data = None if signatures is None else contract.open_epoch_data(terms, signatures)
    return _send(desk, f"epoch:{desk.epoch.id.hex()[:16]}", data)


def _send(desk: _Desk, name: str, data: bytes | None) -> RootState:
    if data is None:
        return RootState.WAITING
    lane = take_lane(desk.stores, desk.client, desk.keys.sender, desk.turn)
    if lane is None:
        return RootState.BUSY
    try:
        settle(lane, Setup(f"blacklist:{name}", None, desk.row.registry, lambda: data))
    finally:
        lane.release()
    return RootState.SENT


def _signatures(desk: _Desk, digest: bytes) -> list[bytes] | None:
    """Return signatures of more than half of the members in good standing, by ascending signer; None where they are too few."""
    given = {row.signer: row.signature for row in desk.stores.database.read(lambda tx: endorsements(tx, digest))}
    given[desk.keys.signer.address] = desk.keys.signer.sign_digest(digest)
    found = [given[signer] for signer in sorted(desk.standing & set(given))]
    return found if 2 * len(found) > len(desk.standing) else None


def _due(desk: _Desk, number: int, at: int) -> Iterator[Version]:
    """Yield the versions after the newest on record that came late enough after it, oldest first.

    The contract takes none that is later than its block. A node estimates by its newest block: what is later waits for the next one.
    """
    cadence = contract.cadence(desk.client, desk.row.registry, desk.epoch.id)
    latest = desk.client.block("latest").timestamp
    newest = desk.stores.database.read(lambda tx: newest_versions(tx, desk.epoch.id, limit=1))
    last = newest[0].number if newest else 0
    for candidate in range(max(number + 1, last - MOST_AT_ONCE + 1), last + 1):
        found = _version(desk, candidate)
        earliest = 0 if number == 0 else at + cadence
        if earliest <= seconds(found.at) <= latest:
            yield found


def _version(desk: _Desk, number: int) -> Version:
    row = desk.stores.database.read(lambda tx: version_numbered(tx, desk.epoch.id, number))
    if row is None:
        raise Unavailable("version.none", f"expected version {number} of the list in this database, found none")
    return signed_version(row).record


def _remember(desk: _Desk) -> None:
    """Note which versions are on record in a final block, after holding each against the list."""
    stores, final = desk.stores, desk.client.block("finalized").number
    head = _head_at(desk, final)
    known = stores.database.read(lambda tx: newest_on_chain(tx, desk.epoch.id))
    rows = [number for number in range(known + 1, min(head, known + MOST_AT_ONCE) + 1) if _is_on_record(desk, number)]
    if rows:
        stores.database.write(
            lambda tx: [
                insert_on_chain(tx, OnChainRow(desk.epoch.id, number, final, format_instant(desk.turn.now)))
                for number in rows
            ]
        )


def _head_at(desk: _Desk, block: int) -> int:
    try:
        head = contract.head(desk.client, desk.row.registry, desk.epoch.id, block=block)
    except Unavailable as error:
        if error.code != "chain.bad-answer":  # no such contract yet at that block
            raise
        return 0
    return 0 if head is None else head[0]


def _is_on_record(desk: _Desk, number: int) -> bool:
    """Say whether a version is on record; raise VerificationFailed("roots.differ") where another list is."""
    found = contract.root(desk.client, desk.row.registry, desk.epoch.id, number)
    if found is None:
        return False
    ours = _version(desk, number).root
    if found != ours:
        raise VerificationFailed(
            "roots.differ",
            f"version {number} is on chain with the root {found.hex()}, this registry's list has {ours.hex()}: two lists were "
            "signed; keep the database as it is and tell the consortium",
        )
    return True
