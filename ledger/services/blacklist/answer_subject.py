"""Answer what is held on a subject, to a member that checked its identity: signed by the registry, at one version of the list.

Promises: every listing of the token is in it, those that have ended too; each answer is an entry, and a request counts once. It tells
the registry which token asked, though not whose it is. Leaves to others: who the subject is, what the answer proves (subject_access).
"""

from collections.abc import Callable
from dataclasses import dataclass

from ledger.core.blacklist.listings import SHOWN, parse_signed_listing
from ledger.core.blacklist.signed import digest, read_json
from ledger.core.blacklist.subject_access import (
    Held,
    SignedSubjectAnswer,
    SignedSubjectRequest,
    SubjectAnswer,
    SubjectRequest,
    check_request,
    parse_signed_subject_request,
)
from ledger.core.log.directory import format_instant
from ledger.core.log.permissions import Action, Grade, Resource, require
from ledger.errors import Conflict, NotFound
from ledger.services.blacklist.known import check_own_signature, known_epoch, signed_version
from ledger.services.blacklist.parties import RegistryKey, house_key, sign_record
from ledger.services.blacklist.stepping import lived
from ledger.services.context import Act, Stores
from ledger.services.log.institution_key import directory_log
from ledger.services.recording import Event, RecordKey, record
from ledger.storage.blacklist import ListingRow, listing_state_of, listings_of
from ledger.storage.database import Connection
from ledger.storage.log import subject_head
from ledger.storage.token_tree import newest_versions
from signing.canonical import Json

SUBJECT_KIND = "subject-request"


def answer_subject(stores: Stores, act: Act, given: Json, key: Callable[[], RegistryKey]) -> SignedSubjectAnswer:
    """Return the signed answer, and queue its entry; the key is opened for a request that may be answered.

    Raises NotAllowed (permission.denied, listing.not-a-member), VerificationFailed("blacklist.signature"), NotFound("epoch.unknown" |
    "version.none"), InvalidInput (subject-request.…), Conflict("subject-request.old-version" | "subject-request.replayed").
    """
    require(act.principal, Action.SUBJECT_ASK, Resource(act.principal.institution_id, Grade.COMMERCIAL))
    signed = parse_signed_subject_request(given)
    check_own_signature(stores, act, signed, "member")
    opened, house = key(), house_key(stores, digest(signed.record).hex())
    return stores.database.write(lambda tx: _write(tx, stores, act, _Asked(signed, opened, house)))


@dataclass(frozen=True)
class _Asked:
    signed: SignedSubjectRequest
    key: RegistryKey
    house: RecordKey


def _write(tx: Connection, stores: Stores, act: Act, asked: _Asked) -> SignedSubjectAnswer:
    request, name = asked.signed.record, digest(asked.signed.record).hex()
    log = directory_log(tx, known_epoch(tx, request.epoch).institution_id)
    if subject_head(tx, log.id, SUBJECT_KIND, name) is not None:
        raise Conflict("subject-request.replayed", "this request was answered before: make a new one, with a new nonce")
    answer = sign_record(_answer(tx, act, request), asked.key.signer)
    event = Event(
        type="blacklist.subject-answered",
        log=log,
        subject_kind=SUBJECT_KIND,
        subject_id=name,
        role="registry",
        record=asked.house,
        facts={"institution": request.institution, "version": request.version},
        shared={"request": asked.signed.to_json(), "answer": digest(answer.record).hex()},
    )
    record(tx, stores, act, event)
    return answer


def _answer(tx: Connection, act: Act, request: SubjectRequest) -> SubjectAnswer:
    newest = newest_versions(tx, request.epoch, limit=1)
    if not newest:
        raise NotFound("version.none", "there is no version of this list yet: try again in a moment")
    version = signed_version(newest[0]).record
    check_request(request, version.number, act.now)
    return SubjectAnswer(
        request=digest(request),
        epoch=request.epoch,
        token=request.token,
        version=version.number,
        root=version.root,
        listings=tuple(_held(tx, row) for row in listings_of(tx, request.epoch, request.token)),
        at=format_instant(act.now),
    )


def _held(tx: Connection, row: ListingRow) -> Held:
    life, state = lived(tx, row.id).life, listing_state_of(tx, row.id)
    return Held(
        listing=parse_signed_listing(read_json(row.record, "listing.malformed")),
        shown=state.published if state is not None and state.published in set(SHOWN) else "",
        state=str(life.state),
        notified=life.notified,
        suspends_at=format_instant(life.suspends_at) if life.suspends_at else None,
    )
