"""The life of a listing over real HTTP: each step signed by who takes it, an entry, and what the next version proves."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256

import pytest

from api.wiring import ids
from api.wiring.co_located import registry_key
from ledger.core.blacklist.details import SEALED_BYTES
from ledger.core.blacklist.identifiers import Identifier, parse_identifier
from ledger.core.blacklist.life import DISPUTE_CLOCK
from ledger.core.blacklist.listings import Listing, Severity, Standard
from ledger.core.blacklist.signed import Signed
from ledger.core.blacklist.steps import Step
from ledger.core.blacklist.tree import Token, check_proof
from ledger.core.log.directory import format_instant
from ledger.core.log.permissions import Principal, Role
from ledger.errors import Conflict, InvalidInput, LedgerError, NotAllowed, NotFound
from ledger.partner.stepping import Saying, known_listing, prepare_step
from ledger.services.blacklist.admit_member import NewMember, admit_member
from ledger.services.blacklist.lapse_listings import lapse_listings
from ledger.services.blacklist.propose_listing import NewListing, propose_listing
from ledger.services.blacklist.read_listing import read_listing
from ledger.services.blacklist.remove_member import remove_member
from ledger.services.blacklist.resolve_as_registry import Ruling, resolve_as_registry
from ledger.services.context import Act
from support.blacklist_service import BlacklistService, Checker
from support.consortium import STATEMENT, TODAY, sign, signer

FILE = bytes([7]) * 32
CONFIRM = Saying(step=Step.CONFIRM, word="documented", evidence=FILE)


def passport(number: int) -> Identifier:
    return parse_identifier("passport", f"CHN:E1000{number:04}", TODAY)


def listed(blacklist: BlacklistService, number: int) -> str:
    """List a fresh subject by the home institution and return the listing's id."""
    return blacklist.home.list_subject(passport(number)).signed.record.id


def state(blacklist: BlacklistService, listing: str) -> str:
    return known_listing(blacklist.third.registry, listing).state


def operator(blacklist: BlacklistService, after: timedelta = timedelta(0)) -> Act:
    here = blacklist.service.here
    program = Principal("worker", registry_key(here).institution_id, frozenset({Role.OPERATOR}), "program")
    act = here.act(program)
    return replace(act, now=act.now + after)


def refusal(checker: Checker, listing: str, step: Step, word: str, **files: bytes) -> str:
    with pytest.raises(LedgerError) as error:
        checker.step(listing, step, word, **files)
    return error.value.code


def shown(blacklist: BlacklistService, number: int) -> list[str]:
    """Return the states under which the newest version shows a subject."""
    blacklist.publish()
    (result,) = blacklist.third.check(passport(number))
    return [found.state for found in result.shown]


def test_confirmed_by_a_second_institution_disputed_and_upheld_by_a_third(blacklist: BlacklistService) -> None:
    listing = listed(blacklist, 1)
    assert refusal(blacklist.home, listing, Step.CONFIRM, "documented", evidence=FILE) == "listing.own-confirmation"
    blacklist.neighbour.step(listing, Step.CONFIRM, "documented", evidence=FILE)
    assert refusal(blacklist.third, listing, Step.CONFIRM, "documented", evidence=FILE) == "listing.wrong-step"
    assert shown(blacklist, 1) == ["confirmed"]
    blacklist.home.step(listing, Step.NOTICE, "letter", evidence=FILE)
    blacklist.neighbour.step(listing, Step.DISPUTE, "by-subject", evidence=FILE, identity=bytes(32))
    assert shown(blacklist, 1) == ["disputed"]
    for party in (blacklist.home, blacklist.neighbour):
        assert refusal(party, listing, Step.RESOLVE, "upheld", evidence=FILE) == "listing.party-judges"
    blacklist.third.step(listing, Step.RESOLVE, "upheld", evidence=FILE)
    assert shown(blacklist, 1) == ["confirmed"]
    assert refusal(blacklist.neighbour, listing, Step.DISPUTE, "by-member", evidence=FILE) == "listing.same-dispute"
    here = blacklist.service.here
    found = read_listing(here.stores, operator(blacklist), listing)
    assert [step.step for _, step in found.steps] == ["confirm", "notice", "dispute", "resolve"]
    assert found.life.notified
    entries = blacklist.service.auditor().get(f"/v1/entries/{found.steps[0][0].entry_id}/receipt")
    assert entries.status_code in (200, 202)


def test_a_revoked_listing_was_provably_present_and_is_provably_absent(blacklist: BlacklistService) -> None:
    listing = listed(blacklist, 2)
    blacklist.publish()
    (before,) = blacklist.third.check(passport(2))
    assert refusal(blacklist.third, listing, Step.REVOKE, "mistaken") == "listing.not-the-lister"
    blacklist.home.step(listing, Step.REVOKE, "mistaken")
    blacklist.publish()
    (after,) = blacklist.third.check(passport(2))
    assert (before.listed, after.listed) == (True, False)
    for result, is_there in ((before, True), (after, False)):
        root = result.receipt.version.record.root
        assert (check_proof(root, result.name.token, result.opening.proof) is not None) is is_there
    assert refusal(blacklist.home, listing, Step.REVOKE, "mistaken") == "listing.wrong-step"


def test_two_institutions_list_the_same_subject_and_each_listing_lives_alone(blacklist: BlacklistService) -> None:
    first = listed(blacklist, 3)
    second = blacklist.neighbour.list_subject(passport(3)).signed.record.id
    blacklist.neighbour.step(first, Step.CONFIRM, "documented", evidence=FILE)
    blacklist.home.step(second, Step.CONFIRM, "admitted", evidence=FILE)
    assert shown(blacklist, 3) == ["confirmed", "confirmed"]
    blacklist.home.step(first, Step.REVOKE, "settled")
    assert shown(blacklist, 3) == ["confirmed"]
    blacklist.neighbour.step(second, Step.REVOKE, "conceded")
    assert shown(blacklist, 3) == []


def test_a_dispute_that_nobody_resolves_suspends_and_an_end_expires(blacklist: BlacklistService) -> None:
    here, key = blacklist.service.here, registry_key(blacklist.service.here)
    listing = listed(blacklist, 4)
    blacklist.third.step(listing, Step.DISPUTE, "by-member", evidence=FILE)
    assert lapse_listings(here.stores, operator(blacklist, DISPUTE_CLOCK - timedelta(hours=1)), key) == 0
    assert lapse_listings(here.stores, operator(blacklist, DISPUTE_CLOCK), key) >= 1  # other tests dispute too
    assert lapse_listings(here.stores, operator(blacklist, DISPUTE_CLOCK), key) == 0
    assert (state(blacklist, listing), shown(blacklist, 4)) == ("suspended", [])
    blacklist.neighbour.step(listing, Step.RESOLVE, "overturned", evidence=FILE)
    assert state(blacklist, listing) == "overturned"
    ending = blacklist.neighbour.list_subject(passport(4), replace(STATEMENT, years=1)).signed.record.id
    assert lapse_listings(here.stores, operator(blacklist, timedelta(days=366)), key) >= 1
    assert (state(blacklist, ending), shown(blacklist, 4)) == ("expired", [])


def test_a_listing_that_cannot_lapse_keeps_no_other_from_it(blacklist: BlacklistService) -> None:
    here, key = blacklist.service.here, registry_key(blacklist.service.here)
    erased, other = listed(blacklist, 12), listed(blacklist, 13)
    for listing in (erased, other):
        blacklist.third.step(listing, Step.DISPUTE, "by-member", evidence=FILE)
    here.stores.record_keys.destroy(erased, at="2026-11-26T00:00:00.000Z")
    with pytest.raises(NotFound) as error:
        lapse_listings(here.stores, operator(blacklist, DISPUTE_CLOCK), key)
    assert error.value.code == "record-key.destroyed"
    assert (state(blacklist, erased), state(blacklist, other)) == ("disputed", "suspended")


def test_replayed_late_and_foreign_steps_are_refused(blacklist: BlacklistService) -> None:
    listing = listed(blacklist, 5)
    registry, partner = blacklist.neighbour.registry, blacklist.neighbour.partner
    known = known_listing(registry, listing)

    def sent(checker: Checker, saying: Saying = CONFIRM, **changes: object) -> str:
        signed = prepare_step(replace(partner, **changes), known, saying)  # type: ignore[arg-type]  # by name
        with pytest.raises(LedgerError) as error:
            checker.registry.post(f"listings/{listing}/steps", {"step": signed.to_json()}, once=partner.random(8).hex())
        return error.value.code

    late = partner.now() - timedelta(minutes=11)
    assert sent(blacklist.neighbour, now=lambda: late) == "listing.stale"
    assert sent(blacklist.neighbour, signer=signer("stranger")) == "blacklist.signature"
    assert sent(blacklist.neighbour, institution=blacklist.home.partner.institution) == "listing.not-a-member"
    assert sent(blacklist.home) == "listing.not-a-member"
    assert sent(blacklist.neighbour, Saying(step=Step.SUSPEND, word="unanswered")) == "listing.registry-only"
    other = replace(known, token=Token(bytes(32)))
    signed = prepare_step(partner, other, CONFIRM)
    with pytest.raises(InvalidInput):
        registry.post(f"listings/{listing}/steps", {"step": signed.to_json()}, once="b" * 16)
    with pytest.raises(InvalidInput):
        registry.post(f"listings/{listed(blacklist, 6)}/steps", {"step": signed.to_json()}, once="c" * 16)
    good = prepare_step(partner, known, CONFIRM).to_json()
    first = registry.post(f"listings/{listing}/steps", {"step": good}, once="d" * 16)
    assert registry.post(f"listings/{listing}/steps", {"step": good}, once="d" * 16) == first
    with pytest.raises(Conflict) as error:
        registry.post(f"listings/{listing}/steps", {"step": good}, once="e" * 16)
    assert error.value.code == "listing.moved-on"
    with pytest.raises(NotFound):
        known_listing(registry, "01936f2e-7c1a-7b3a-9d52-0a4f6a1c2e10")


def test_a_victim_s_marker_is_not_confirmed_and_the_lister_takes_it_back(blacklist: BlacklistService) -> None:
    statement = replace(STATEMENT, reason="victim-of-impersonation")
    marker = blacklist.home.list_subject(passport(7), statement).signed.record.id
    assert refusal(blacklist.neighbour, marker, Step.CONFIRM, "documented", evidence=FILE) == "listing.marker"
    blacklist.publish()
    (result,) = blacklist.third.check(passport(7))
    assert (result.listed, result.is_accused) == (True, False)
    blacklist.home.step(marker, Step.REVOKE, "settled")


def test_the_registry_s_staff_judge_where_they_are_no_party(blacklist: BlacklistService) -> None:
    here, key = blacklist.service.here, registry_key(blacklist.service.here)
    own, foreign = listed(blacklist, 8), blacklist.neighbour.list_subject(passport(8)).signed.record.id
    for listing in (own, foreign):
        blacklist.third.step(listing, Step.DISPUTE, "by-member", evidence=FILE)
    with pytest.raises(NotAllowed) as error:
        resolve_as_registry(here.stores, operator(blacklist), Ruling(own, "upheld", FILE), key)
    assert error.value.code == "listing.party-judges"
    resolve_as_registry(here.stores, operator(blacklist), Ruling(foreign, "overturned", FILE), key)
    assert state(blacklist, foreign) == "overturned"


def test_overturned_listings_leave_a_smaller_quota(blacklist: BlacklistService) -> None:
    here, key = blacklist.service.here, signer("once-a-day", "blacklist-partner")
    admit_member(here.stores, operator(blacklist), NewMember("small-bank", key.public, 2), registry_key(here))
    small = here.act(Principal("p", "small-bank", frozenset({Role.PARTNER}), "program"))

    def propose(number: int) -> str:
        listing = replace(listing_example(number, ids.now()), institution="small-bank", epoch=blacklist.epoch.id)
        new = NewListing(Signed(listing, sign(listing, key)).to_json(), bytes(SEALED_BYTES))
        return propose_listing(here.stores, small, new).resource_id

    first = propose(1)
    blacklist.third.step(first, Step.DISPUTE, "by-member", evidence=FILE)
    blacklist.neighbour.step(first, Step.RESOLVE, "overturned", evidence=FILE)
    with pytest.raises(NotAllowed, match="may list 1 subjects a day, and 1 are listed: 1 of your") as error:
        propose(2)
    assert error.value.code == "listing.quota"
    listers = json.loads(blacklist.third.registry.get("listers"))["items"]
    (told,) = [one for one in listers if one["institution"] == "small-bank"]
    assert (told["standing"], told["quota"], told["listed_today"]) == ({"upheld": 0, "overturned": 1}, 1, 1)


def test_whose_membership_ended_lists_no_more(blacklist: BlacklistService) -> None:
    here, key = blacklist.service.here, signer("gone", "blacklist-partner")
    registry = registry_key(here)
    admit_member(here.stores, operator(blacklist), NewMember("gone-bank", key.public, 2), registry)
    remove_member(here.stores, operator(blacklist), "gone-bank", registry)
    listing = replace(listing_example(3, ids.now()), institution="gone-bank", epoch=blacklist.epoch.id)
    new = NewListing(Signed(listing, sign(listing, key)).to_json(), bytes(SEALED_BYTES))
    caller = here.act(Principal("p", "gone-bank", frozenset({Role.PARTNER}), "program"))
    with pytest.raises(NotAllowed) as error:
        propose_listing(here.stores, caller, new)
    assert error.value.code == "listing.not-a-member"


def listing_example(number: int, now: datetime) -> Listing:
    return Listing(
        id=ids.new_id(),
        institution="",
        epoch=b"",
        token=Token(bytes([number]) * 32),
        reason="forged-identity",
        standard=Standard.DOCUMENTED,
        severity=Severity.LOW,
        evidence=FILE,
        details=sha256(bytes(SEALED_BYTES)).digest(),
        at=format_instant(now),
        expires_at=format_instant(now + timedelta(days=100)),
    )


def test_steps_signed_over_altered_words_do_not_count(blacklist: BlacklistService) -> None:
    listing = listed(blacklist, 11)
    partner = blacklist.neighbour.partner
    signed = prepare_step(partner, known_listing(blacklist.neighbour.registry, listing), CONFIRM)
    altered = replace(signed, record=replace(signed.record, word="court-or-police"))
    with pytest.raises(InvalidInput, match=r"signature|verify"):
        blacklist.neighbour.registry.post(f"listings/{listing}/steps", {"step": altered.to_json()}, once="f" * 16)
