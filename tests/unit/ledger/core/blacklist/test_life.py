"""The life of a listing as a table: which step may follow where, who may take it, and what clocks do."""

from dataclasses import replace
from datetime import timedelta

import pytest

from ledger.core.blacklist.life import (
    TABLE,
    Life,
    Standing,
    check_listing_quota,
    check_step,
    due,
    follow,
    life_of,
    next_due,
    standing_of,
)
from ledger.core.blacklist.listings import SHOWN, Listing, ListingState, Severity, Standard
from ledger.core.blacklist.signed import Signed
from ledger.core.blacklist.steps import WORDS, ListingStep, Step, check_words, parse_signed_step
from ledger.core.blacklist.tree import Token
from ledger.core.log.directory import format_instant
from ledger.errors import InvalidInput, LedgerError, NotAllowed
from signing.canonical import Json
from support.consortium import NOW, PARTNER, sign

AT = format_instant(NOW)
HEAD = bytes([9]) * 32
LISTING = Listing(
    id="01936f2e-7c1a-7b3a-9d52-0a4f6a1c2e10",
    institution="lister",
    epoch=bytes(32),
    token=Token(bytes([1]) * 32),
    reason="forged-identity",
    standard=Standard.DOCUMENTED,
    severity=Severity.HIGH,
    evidence=bytes(32),
    details=bytes(32),
    at=AT,
    expires_at=format_instant(NOW + timedelta(days=700)),
)
MARKER = replace(LISTING, reason="victim-of-impersonation")
PROPOSED = Life(listing=LISTING)


def step(kind: Step, by: str = "second", **changes: object) -> ListingStep:
    word = {Step.DISPUTE: "by-member", Step.CONFIRM: "documented", Step.RESOLVE: "upheld"}.get(kind, min(WORDS[kind]))
    made = ListingStep(
        listing=LISTING.id,
        epoch=LISTING.epoch,
        token=LISTING.token,
        institution=by,
        step=kind,
        word=word,
        evidence=bytes([3]) * 32,
        identity=None,
        seen=HEAD,
        at=AT,
    )
    return replace(made, **changes)  # type: ignore[arg-type]  # by name


def after(*steps: ListingStep) -> Life:
    return life_of(LISTING, ((each, AT) for each in steps))


CONFIRM, DISPUTE = step(Step.CONFIRM), step(Step.DISPUTE, "third")
CONFIRMED, DISPUTED = after(CONFIRM), after(CONFIRM, DISPUTE)
SUSPENDED = after(CONFIRM, DISPUTE, step(Step.SUSPEND, "registry"))


def refused(life: Life, taken: ListingStep, **around: object) -> str:
    with pytest.raises(LedgerError) as error:
        check_step(life, taken, **{"head": HEAD, "now": NOW, **around})  # type: ignore[arg-type]  # by name
    return error.value.code


def test_a_listing_goes_from_proposed_to_its_ends() -> None:
    assert (PROPOSED.state, CONFIRMED.state, DISPUTED.state) == ("proposed", "confirmed", "disputed")
    assert SUSPENDED.state == "suspended"
    assert SUSPENDED.state not in SHOWN
    for life, back in ((DISPUTED, "confirmed"), (SUSPENDED, "confirmed"), (after(DISPUTE), "proposed")):
        assert follow(life, step(Step.RESOLVE, "judge"), AT).state == back
        overturned = follow(life, step(Step.RESOLVE, "judge", word="overturned"), AT)
        assert (overturned.state, overturned.is_live) == ("overturned", False)
    assert after(step(Step.NOTICE, "lister")).notified
    assert after(step(Step.REVOKE, "lister")).state == "revoked"


@pytest.mark.parametrize("state", list(ListingState))
@pytest.mark.parametrize("kind", list(Step))
def test_a_step_that_the_table_does_not_name_is_refused(state: ListingState, kind: Step) -> None:
    life = replace(PROPOSED, state=state, disputed_at=AT)
    if kind in TABLE.get(state, {}):
        follow(life, step(kind), AT)
    else:
        assert refused(life, step(kind)) == "listing.wrong-step"


@pytest.mark.parametrize(
    ("life", "taken", "code"),
    [
        (PROPOSED, step(Step.CONFIRM, "lister"), "listing.own-confirmation"),
        (Life(listing=MARKER), step(Step.CONFIRM), "listing.marker"),
        (CONFIRMED, step(Step.DISPUTE, "lister"), "listing.own-dispute"),
        (replace(CONFIRMED, disputes=frozenset({bytes([3]) * 32})), DISPUTE, "listing.same-dispute"),
        (DISPUTED, step(Step.RESOLVE, "lister"), "listing.party-judges"),
        (DISPUTED, step(Step.RESOLVE, "second"), "listing.party-judges"),
        (DISPUTED, step(Step.RESOLVE, "third"), "listing.party-judges"),
        (CONFIRMED, step(Step.REVOKE), "listing.not-the-lister"),
        (CONFIRMED, step(Step.NOTICE), "listing.not-the-lister"),
        (DISPUTED, step(Step.SUSPEND, "registry"), "listing.not-due"),
        (CONFIRMED, step(Step.EXPIRE, "registry"), "listing.not-due"),
        (CONFIRMED, step(Step.CONFIRM, "fourth"), "listing.wrong-step"),
        (PROPOSED, replace(CONFIRM, token=Token(bytes(32))), "listing.other-subject"),
        (PROPOSED, replace(CONFIRM, listing="another"), "listing.other-subject"),
        (PROPOSED, replace(CONFIRM, at=format_instant(NOW - timedelta(minutes=11))), "listing.stale"),
        (PROPOSED, replace(CONFIRM, at=format_instant(NOW + timedelta(minutes=11))), "listing.stale"),
    ],
)
def test_a_step_by_whoever_may_not_take_it_is_refused(life: Life, taken: ListingStep, code: str) -> None:
    assert refused(life, taken) == code


def test_a_step_that_was_sent_before_no_longer_fits() -> None:
    check_step(PROPOSED, CONFIRM, head=HEAD, now=NOW)
    assert refused(PROPOSED, CONFIRM, head=bytes(32)) == "listing.moved-on"


def test_the_subject_may_dispute_through_the_lister_and_a_stranger_judges() -> None:
    own = step(Step.DISPUTE, "lister", word="by-subject", identity=bytes([5]) * 32)
    check_step(CONFIRMED, own, head=HEAD, now=NOW)
    check_step(DISPUTED, step(Step.RESOLVE, "judge"), head=HEAD, now=NOW)
    check_step(Life(listing=MARKER), step(Step.REVOKE, "lister"), head=HEAD, now=NOW)


def test_thirty_days_suspend_and_the_end_expires() -> None:
    month = NOW + timedelta(days=30)
    assert (due(DISPUTED, month - timedelta(milliseconds=1)), due(DISPUTED, month)) == (None, Step.SUSPEND)
    assert next_due(DISPUTED) == format_instant(month)
    check_step(DISPUTED, step(Step.SUSPEND, "registry", at=format_instant(month)), head=HEAD, now=month)
    end = NOW + timedelta(days=700)
    assert [due(life, end) for life in (PROPOSED, DISPUTED, SUSPENDED)] == [Step.EXPIRE] * 3
    assert (next_due(PROPOSED), next_due(SUSPENDED)) == (LISTING.expires_at,) * 2
    ended = after(step(Step.REVOKE, "lister"))
    assert (due(ended, end), next_due(ended)) == (None, "")
    short = replace(LISTING, expires_at=format_instant(NOW + timedelta(days=3)))
    assert next_due(life_of(short, [(DISPUTE, AT)])) == short.expires_at


def test_overturned_listings_shrink_the_lister_s_quota() -> None:
    def judged(listing: str, word: str) -> ListingStep:
        return step(Step.RESOLVE, "judge", listing=listing, word=word)

    assert standing_of([]).quota(100) == 100
    assert standing_of([judged("a", "overturned")]).quota(100) == 50
    assert standing_of([judged("a", "upheld"), judged("b", "overturned")]) == Standing(1, 1)
    unanswered = step(Step.SUSPEND, "registry", listing="a")
    assert standing_of([unanswered, DISPUTE]) == Standing(0, 1)
    assert standing_of([unanswered, judged("a", "upheld")]) == Standing(1, 0)
    check_listing_quota(Standing(0, 9), 100, 9)
    with pytest.raises(NotAllowed) as error:
        check_listing_quota(Standing(0, 9), 100, 10)
    assert error.value.code == "listing.quota"


# --- the signed record ----------------------------------------------------------

SIGNED = Signed(CONFIRM, sign(CONFIRM, PARTNER))


def test_a_step_survives_its_json_and_a_changed_one_is_not_signed() -> None:
    assert parse_signed_step(SIGNED.to_json()) == SIGNED
    SIGNED.check(PARTNER.public)
    with pytest.raises(LedgerError):
        Signed(replace(CONFIRM, token=Token(bytes(32))), SIGNED.signature).check(PARTNER.public)


@pytest.mark.parametrize(
    "change",
    [
        {"tag": "tally/listing-step/v2"},
        {"step": "forget"},
        {"step": 5},
        {"word": "rumour"},
        {"evidence": None},
        {"evidence": "00"},
        {"identity": "00" * 32},
        {"seen": ""},
        {"more": 1},
    ],
)
def test_a_malformed_step_is_refused(change: dict[str, Json]) -> None:
    with pytest.raises(InvalidInput) as error:
        parse_signed_step({**SIGNED.to_json(), "record": {**CONFIRM.to_json(), **change}})
    assert error.value.code == "listing-step.malformed"


def test_a_dispute_by_the_subject_names_how_it_was_identified() -> None:
    check_words(Step.DISPUTE, "by-subject", evidence=bytes(32), identity=bytes(32))
    check_words(Step.REVOKE, "conceded", evidence=None, identity=None)
    with pytest.raises(InvalidInput):
        check_words(Step.DISPUTE, "by-subject", evidence=bytes(32), identity=None)
