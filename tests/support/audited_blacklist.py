"""A blacklist in a small real ledger, for audits: an epoch, two members, listings in every state, two versions of the list.

Made through the services. Tokens are invented: an audit asks nobody about subjects.
"""

from datetime import timedelta
from functools import partial
from hashlib import sha256

from ledger.core.blacklist.details import SEALED_BYTES
from ledger.core.blacklist.life import DISPUTE_CLOCK
from ledger.core.blacklist.listings import Listing, Severity, Standard
from ledger.core.blacklist.signed import Signed
from ledger.core.blacklist.steps import BY_SUBJECT, ListingStep, Step
from ledger.core.blacklist.subject_access import SubjectRequest
from ledger.core.blacklist.tree import Token
from ledger.core.log.directory import format_instant
from ledger.core.log.permissions import Principal, Role
from ledger.services.blacklist.admit_member import NewMember, admit_member
from ledger.services.blacklist.answer_subject import answer_subject
from ledger.services.blacklist.lapse_listings import lapse_listings
from ledger.services.blacklist.open_epoch import open_epoch
from ledger.services.blacklist.parties import RegistryKey
from ledger.services.blacklist.propose_listing import NewListing, propose_listing
from ledger.services.blacklist.publish_version import publish_version
from ledger.services.blacklist.remove_member import remove_member
from ledger.services.blacklist.step_listing import step_listing
from ledger.services.blacklist.stepping import lived
from ledger.services.context import Act
from support.audited import Audited
from support.consortium import PARTNER, REGISTRY, consortium, sign, signer
from support.ledgers import INSTITUTION

KEYS = {
    "inst-1": PARTNER,
    "inst-2": signer("second", "blacklist-partner"),
    "inst-3": signer("third", "blacklist-partner"),
    "inst-4": signer("fourth", "blacklist-partner"),
}
EPOCH = consortium().signed_epoch
REGISTRY_KEY = RegistryKey(INSTITUTION, REGISTRY)
FILE = bytes([7]) * 32


def fill_blacklist(audited: Audited) -> None:
    """Open an epoch, list, step, let a clock act, publish twice, answer a subject."""
    stores, operator = audited.ledger.stores, Principal("operator-1", INSTITUTION, frozenset({Role.OPERATOR}), "person")
    open_epoch(stores, audited.act(operator), EPOCH, REGISTRY_KEY)
    for name, key in KEYS.items():
        admit_member(stores, audited.act(operator), NewMember(name, key.public, 100), REGISTRY_KEY)
    remove_member(stores, audited.act(operator), "inst-4", REGISTRY_KEY)
    kept, disputed, revoked, judged = (_list(audited, number) for number in range(4))
    _step(audited, "inst-2", kept, Step.CONFIRM, "documented")
    _step(audited, "inst-2", disputed, Step.DISPUTE, BY_SUBJECT)
    publish = partial(publish_version, stores, epoch_id=EPOCH.epoch.id, key=REGISTRY_KEY, cadence=timedelta(0))
    publish(act=audited.act(operator))
    audited.now += DISPUTE_CLOCK
    lapse_listings(stores, audited.act(operator), REGISTRY_KEY)
    _step(audited, "inst-1", revoked, Step.REVOKE, "mistaken")
    _step(audited, "inst-1", judged, Step.NOTICE, "letter")
    _step(audited, "inst-2", judged, Step.DISPUTE, "by-member")
    _step(audited, "inst-3", judged, Step.RESOLVE, "upheld")
    signed = publish(act=audited.act(operator))
    assert signed is not None
    _ask(audited, signed.record.number)
    _list(audited, 5)  # no version shows it yet
    audited.sequence()


def _member(audited: Audited, name: str) -> Act:
    return audited.act(Principal(f"desk-{name}", name, frozenset({Role.PARTNER}), "program"))


def _list(audited: Audited, number: int) -> str:
    act, sealed = _member(audited, "inst-1"), sha256(f"sealed {number}".encode()).digest() * 33
    sealed = sealed[:SEALED_BYTES].ljust(SEALED_BYTES, b"\x00")
    listing = Listing(
        id=act.new_id(),
        institution="inst-1",
        epoch=EPOCH.epoch.id,
        token=Token(sha256(f"token {number}".encode()).digest()),
        reason="forged-identity",
        standard=Standard.DOCUMENTED,
        severity=Severity.HIGH,
        evidence=FILE,
        details=sha256(sealed).digest(),
        at=format_instant(act.now),
        expires_at=format_instant(act.now + timedelta(days=400)),
    )
    new = NewListing(Signed(listing, sign(listing, PARTNER)).to_json(), sealed)
    return propose_listing(audited.ledger.stores, act, new).resource_id


def _step(audited: Audited, name: str, listing: str, step: Step, word: str) -> None:
    act, stores = _member(audited, name), audited.ledger.stores
    found = stores.database.read(lambda tx: lived(tx, listing))
    record = ListingStep(
        listing=listing,
        epoch=EPOCH.epoch.id,
        token=found.life.listing.token,
        institution=name,
        step=step,
        word=word,
        evidence=None if step is Step.REVOKE else sha256(f"{step} of {listing}".encode()).digest(),
        identity=FILE if word == BY_SUBJECT else None,
        seen=found.head,
        at=format_instant(act.now),
    )
    step_listing(stores, act, listing, Signed(record, sign(record, KEYS[name])).to_json())


def _ask(audited: Audited, version: int) -> None:
    act = _member(audited, "inst-2")
    record = SubjectRequest(
        institution="inst-2",
        epoch=EPOCH.epoch.id,
        token=Token(sha256(b"token 0").digest()),
        version=version,
        check=bytes(32),
        identity=FILE,
        nonce=bytes(32),
        at=format_instant(act.now),
    )
    signed = Signed(record, sign(record, KEYS["inst-2"]))
    answer_subject(audited.ledger.stores, act, signed.to_json(), lambda: REGISTRY_KEY)
