"""What entries of the blacklist make: rows as the services write them, and objections to what cannot be."""

from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

from ledger.core.blacklist.expected import project_blacklist
from ledger.core.blacklist.listings import Listing, Severity, Standard
from ledger.core.blacklist.signed import Signed
from ledger.core.blacklist.steps import ListingStep, Step
from ledger.core.blacklist.tree import Token
from ledger.core.log.audit_projection import Projection, Told
from ledger.core.log.audit_rows import UNTOLD, FoundRows, Hashed, compare_rows
from ledger.core.log.directory import format_instant
from ledger.core.log.entry import Subject
from signing.canonical import Json
from support.consortium import NOW, PARTNER, REGISTRY, consortium, sign
from support.told import after, told, world

ID = "01936f2e-7c1a-7b3a-9d52-0a4f6a1c2e10"
GROUP = consortium()
LISTING = Listing(
    id=ID,
    institution="inst-1",
    epoch=GROUP.epoch.id,
    token=Token(bytes(32)),
    reason="forged-identity",
    standard=Standard.DOCUMENTED,
    severity=Severity.HIGH,
    evidence=bytes(32),
    details=sha256(b"sealed").digest(),
    at=format_instant(NOW),
    expires_at=format_instant(NOW + timedelta(days=700)),
)
STEP = ListingStep(
    listing=ID,
    epoch=GROUP.epoch.id,
    token=Token(bytes(32)),
    institution="inst-2",
    step=Step.CONFIRM,
    word="documented",
    evidence=bytes(32),
    identity=None,
    seen=bytes(32),
    at=format_instant(NOW),
)
KEYS = {PARTNER.public.key_id: PARTNER.public, REGISTRY.public.key_id: REGISTRY.public}
FIRST = Subject("listing", ID, 1, None)
EPOCH = Subject("blacklist-epoch", GROUP.epoch.id.hex(), 1, None)


def values(record: Listing | ListingStep) -> dict[str, Json]:
    return {"statement": Signed(record, sign(record, PARTNER)).to_json()}


def history(*parts: tuple[str, dict[str, Json]]) -> list[Told]:
    found: list[Told] = []
    for entry_type, opened in parts:
        subject = after(found[-1].placed) if found else FIRST
        found.append(told(entry_type, opened, subject=subject))
    return found


def project(*parts: tuple[str, dict[str, Json]]) -> Projection:
    return project_blacklist(history(*parts), world(blacklist_keys=KEYS))


def row(projection: Projection, table: str) -> dict[str, object]:
    (found,) = [row for row in projection.rows if row.table == table]
    return dict(found.values)


PROPOSED = ("listing.proposed", values(LISTING))


def test_a_listing_and_its_steps_make_their_rows() -> None:
    found = project(PROPOSED, ("listing.confirmed", values(STEP)))
    assert found.findings == []
    assert row(found, "listing")["sealed"] == Hashed(LISTING.details)
    assert row(found, "listing_state")["state"] == "confirmed"
    assert row(found, "listing_step")["record"] == Signed(STEP, sign(STEP, PARTNER)).to_bytes()
    assert row(found, "listing_clock")["due_at"] == LISTING.expires_at


def test_what_was_erased_is_untold() -> None:
    found = project(("listing.proposed", {}), ("listing.confirmed", {}), ("listing.unheard-of", {}))
    assert found.findings == []
    assert {row(found, name)["record"] for name in ("listing", "listing_step")} == {UNTOLD}
    assert (row(found, "listing_state")["state"], row(found, "listing_clock")["due_at"]) == (UNTOLD, UNTOLD)


def codes(projection: Projection) -> list[str]:
    return [finding.code for finding in projection.findings]


def test_what_cannot_be_is_an_objection() -> None:
    assert codes(project(("listing.confirmed", values(STEP)))) == ["entry.contradicts"]
    twice = replace(STEP, institution="inst-3")
    assert codes(project(PROPOSED, ("listing.confirmed", values(STEP)), ("listing.confirmed", values(twice)))) == [
        "entry.contradicts"
    ]
    assert codes(project(("listing.proposed", {"statement": 5}))) == ["entry.malformed"]
    forged: Json = {**Signed(LISTING, sign(replace(LISTING, token=Token(b"\x01" * 32)), PARTNER)).to_json()}
    assert codes(project(("listing.proposed", {"statement": forged}))) == ["signature.refused"]
    unknown = project_blacklist(history(("listing.proposed", {"statement": forged})), world())
    assert codes(unknown) == [], "a key that no entry names is the chain's word"


def test_epochs_members_and_versions_make_their_rows() -> None:
    version: dict[str, Json] = {
        "version": GROUP.version.record.to_json(),
        "signature": GROUP.version.signature.to_json(),
    }
    record = sha256(GROUP.signed_epoch.to_bytes()).hexdigest()
    opened = told(
        "blacklist.epoch-opened", subject=EPOCH, public={"purpose": "blacklist", "number": 1, "record": record}
    )
    later = told("blacklist.version", subject=after(opened.placed), public=version)
    found = project_blacklist([opened, later], world(blacklist_keys=KEYS))
    assert found.findings == []
    assert row(found, "blacklist_epoch")["id"] == GROUP.epoch.id
    assert row(found, "token_version")["record"] == GROUP.version.to_bytes()
    old = project_blacklist([told("blacklist.epoch-opened", subject=EPOCH, public={})], world())
    assert (row(old, "blacklist_epoch")["record"], row(old, "blacklist_epoch")["number"]) == (UNTOLD, UNTOLD)
    member = Subject("blacklist-member", "inst-1", 1, None)
    for public, quota in (({"key": PARTNER.public.to_json(), "quota": 5}, 5), ({"key": None}, UNTOLD)):
        admitted = project_blacklist([told("blacklist.member-admitted", subject=member, public=public)], world())
        assert row(admitted, "blacklist_member")["quota"] == quota
        left = told("blacklist.member-left", subject=member)
        assert codes(project_blacklist([left], world())) == ["entry.contradicts"]
        entered = told("blacklist.member-admitted", subject=member, public=public)
        gone = told("blacklist.member-left", subject=after(entered.placed))
        ended = row(project_blacklist([entered, gone], world()), "blacklist_member")
        assert ended["left_entry"] == gone.placed.entry.id
    bad = project_blacklist([told("blacklist.version", subject=EPOCH, public={"version": {}})], world())
    assert codes(bad) == ["entry.malformed"]


def test_bytes_of_which_only_the_hash_is_told_are_held_against_it() -> None:
    made = [one for one in project(PROPOSED).rows if one.table == "listing"]
    columns = tuple(made[0].values)

    def against(sealed: object) -> list[str]:
        raw = tuple(sealed if name == "sealed" else value for name, value in made[0].values.items())
        return [finding.field for finding in compare_rows(made, [FoundRows("listing", columns, [raw])])]

    assert (against(b"sealed"), against(b"sealed!"), against("sealed")) == ([], ["sealed"], ["sealed"])
