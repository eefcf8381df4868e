"""The steps of a person and what stands in the way of signing, through the services (DESIGN section 5)."""

from datetime import timedelta

import pikepdf
import pytest

from ledger.core.agreements.ceremony import Step
from ledger.core.agreements.identity import Paper
from ledger.core.agreements.reading import MAX_FAILURES, Reading
from ledger.core.agreements.states import State
from ledger.core.log.permissions import Principal
from ledger.errors import LedgerError
from ledger.services.agreements.attach_authority import NewAuthority, attach_authority
from ledger.services.agreements.consent import consent
from ledger.services.agreements.decide_identity import Decision, decide_identity
from ledger.services.agreements.decline import decline
from ledger.services.agreements.list_identity import list_identity
from ledger.services.agreements.read_document import read_document
from ledger.services.agreements.read_identity import read_identity
from ledger.services.agreements.record_reading import record_reading
from ledger.services.agreements.send import send
from ledger.services.agreements.standing import ceremony_of
from ledger.services.agreements.submit_identity import Papers, submit_identity
from signing.canonical import Json
from signing.pdf.inspect import Limits
from support.small_pdfs import encrypted_pdf, pages_pdf, small_pdf
from support.stage import OFFICER, PAGES, READING_CODE, SECOND_OFFICER, Stage, clean, party, person, refused, types

BORROWER = "borrower@example.com"
JPEG = b"\xff\xd8\xff" + b"picture" * 10
SCOPE: dict[str, Json] = {
    "products": ["personal-instalment"],
    "limit": {"currency": "CNY", "minor": "5000000"},
    "valid_from": "2026-01-01",
    "valid_until": "2026-12-31",
}


def reading(stage: Stage, made: str, *seconds: int) -> Reading:
    return Reading(document_sha256=stage.view(made).document.sha256, page_seconds=seconds or (3,) * PAGES)


def consented(stage: Stage, made: str, token: str, who: Principal, code: str | None = READING_CODE) -> None:
    consent(stage.stores, stage.act(who), made, token, code)


def test_a_person_goes_through_every_step_and_may_then_sign(stage: Stage) -> None:
    made = stage.agreement(party(person=person("borrower", proofing=True)))
    stage.work()
    opened, confirmed = stage.enter(BORROWER)
    who = confirmed.principal
    refused(lambda: stage.may_sign(made, who.id, who), "signer.step-missing", Step.IDENTIFIED)
    refused(lambda: consented(stage, made, opened.session_token, who), "signer.step-missing", Step.IDENTIFIED)
    papers = Papers(paper=Paper.ID_CARD, files=(JPEG, JPEG))
    submission = submit_identity(stage.stores, stage.act(who), made, opened.session_token, papers)
    decide_identity(stage.stores, stage.act(OFFICER), submission, Decision(accepted=True), stage.ledger.key)
    consented(stage, made, opened.session_token, who, " k7mx-42 ")
    refused(lambda: stage.may_sign(made, who.id, who), "signer.step-missing", Step.READ)
    record_reading(stage.stores, stage.act(who), made, reading(stage, made))
    stage.may_sign(made, who.id, who)
    assert types(stage, made) == ["created", "sent", "viewed", "identified", "consented", "read"]
    clean(stage)


def test_a_signer_acts_for_nobody_else(stage: Stage) -> None:
    made = stage.agreement(party(), stage.keyed("lender", "Officer"))
    other = stage.agreement(party(person=person("other")))
    stage.work()
    _, confirmed = stage.enter(BORROWER)
    who = confirmed.principal
    refused(lambda: stage.may_sign(made, stage.signer(made, 1), who), "signer.not-yourself")
    refused(lambda: record_reading(stage.stores, stage.act(who), other, reading(stage, other)), "permission.denied")
    refused(lambda: decline(stage.stores, stage.act(who), other, "not mine"), "permission.denied")
    refused(lambda: send(stage.stores, stage.act(who), made), "permission.denied")
    assert read_document(stage.stores, stage.act(who), made).startswith(b"%PDF")


def test_consent_takes_the_code_inside_the_document_and_stops_guessing(stage: Stage) -> None:
    made = stage.agreement()
    stage.work()
    opened, confirmed = stage.enter(BORROWER)
    who = confirmed.principal
    for _ in range(MAX_FAILURES):
        refused(lambda: consented(stage, made, opened.session_token, who, "AAAA"), "reading-code.wrong")
    refused(lambda: consented(stage, made, opened.session_token, who), "reading-code.locked")
    refused(lambda: consented(stage, made, "0" * 64, who), "session.ended")
    assert "consented" not in types(stage, made)


def test_consent_to_a_document_without_a_code_says_that_access_was_not_proved(stage: Stage) -> None:
    made = stage.agreement(reading_code=None)
    stage.work()
    opened, confirmed = stage.enter(BORROWER)
    consented(stage, made, opened.session_token, confirmed.principal, None)
    assert types(stage, made)[-1] == "consented"


def test_a_document_that_changed_between_reading_and_signing_is_told(stage: Stage) -> None:
    made = stage.agreement()
    stage.work()
    opened, confirmed = stage.enter(BORROWER)
    who = confirmed.principal
    consented(stage, made, opened.session_token, who)
    other = Reading(document_sha256=bytes(32), page_seconds=(1,) * PAGES)
    refused(lambda: record_reading(stage.stores, stage.act(who), made, other), "reading.other-document")
    for seconds, code in (((1,), "reading.malformed"), ((-1, 1), "reading.malformed"), ((9, 0), "reading.incomplete")):
        refused(
            lambda s=seconds: record_reading(stage.stores, stage.act(who), made, reading(stage, made, *s)),  # type: ignore[misc]  # bound per turn
            code,
        )


def test_a_step_taken_again_is_recorded_and_the_first_one_counts(stage: Stage) -> None:
    made = stage.agreement()
    stage.work()
    opened, confirmed = stage.enter(BORROWER)
    who = confirmed.principal
    consented(stage, made, opened.session_token, who)
    first = record_reading(stage.stores, stage.act(who), made, reading(stage, made))
    record_reading(stage.stores, stage.act(who), made, reading(stage, made, 8, 9))
    assert stage.view(made).seats[0].read_entry == first.entry_id
    clean(stage)


def test_order_is_enforced_when_signing_and_whoever_comes_later_is_invited_then(stage: Stage) -> None:
    made = stage.agreement(
        stage.keyed("borrower", "Lin"),
        party("guarantor", "Wang Wei", order=2),
        stage.keyed("lender", "Officer", order=3),
    )
    stage.work()
    assert stage.messages("guarantor@example.com") == []
    refused(lambda: stage.sign(made, 2), "signer.not-your-turn")
    stage.sign(made, 0)
    stage.work()
    assert len(stage.messages("guarantor@example.com", "invitation")) == 1
    refused(lambda: stage.sign(made, 2), "signer.not-your-turn")
    refused(lambda: stage.sign(made, 0), "signature.exists")
    assert stage.view(made).state is State.SIGNING
    clean(stage)


def test_the_deadline_holds_before_expiry_was_recorded(stage: Stage) -> None:
    made = stage.agreement(stage.keyed("borrower", "Lin"), valid_days=2)
    start = stage.now
    stage.now = start + timedelta(days=2)
    refused(lambda: stage.sign(made), "agreement.past-deadline")
    stage.now = start + timedelta(days=2, seconds=-1)
    stage.sign(made)


def test_a_clock_that_was_ahead_when_sending_is_told_when_signing(stage: Stage) -> None:
    start = stage.now
    stage.now = start + timedelta(days=1)
    made = stage.agreement(stage.keyed("borrower", "Lin"))
    stage.now = start
    refused(lambda: stage.may_sign(made, stage.signer(made)), "clock.behind")


def _script(pdf: pikepdf.Pdf) -> None:
    pdf.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")


@pytest.mark.parametrize("made", [small_pdf(_script), encrypted_pdf(user="u", owner="o"), pages_pdf(21), b"%PDF-1.7"])
def test_papers_that_act_or_cannot_be_read_are_refused_before_staff_open_them(stage: Stage, made: bytes) -> None:
    agreement = stage.agreement(party(person=person("borrower", proofing=True)))
    stage.work()
    opened, confirmed = stage.enter(BORROWER)

    def hand_in(file: bytes) -> str:
        papers = Papers(paper=Paper.PASSPORT, files=(file,))
        return submit_identity(stage.stores, stage.act(confirmed.principal), agreement, opened.session_token, papers)

    refused(lambda: hand_in(made), "identity.files", "files")
    assert hand_in(small_pdf())


def test_a_draft_takes_nothing_until_it_was_sent_and_is_sent_once(stage: Stage) -> None:
    made = stage.agreement(stage.keyed("borrower", "Lin"), send=False)
    assert stage.view(made).state is State.DRAFT
    refused(lambda: stage.sign(made), "agreement.not-sent")
    refused(lambda: send(stage.stores, stage.act(OFFICER), made, valid_days=0), "agreement.valid-days")
    send(stage.stores, stage.act(OFFICER), made)
    refused(lambda: send(stage.stores, stage.act(OFFICER), made), "agreement.wrong-state")
    stage.sign(made)
    assert types(stage, made) == ["created", "sent", "signed"]
    clean(stage)


@pytest.mark.parametrize(
    ("born", "code"), [("2008-11-24", "signer.under-age"), ("2008-11-23", None), ("1990-01-01", None)]
)
def test_age_is_checked_on_the_day_of_signing_where_the_person_is(stage: Stage, born: str, code: str | None) -> None:
    made = stage.agreement(stage.keyed("borrower", "Lin", person=person("borrower", birth_date=born)))
    if code is None:
        stage.sign(made)  # 23:04 in Shanghai on 23 November
    else:
        refused(lambda: stage.sign(made), code)
        stage.later(hours=1)  # 24 November there, and still the 23rd in UTC
        stage.sign(made)
    clean(stage)


def attach(stage: Stage, made: str, **changes: Json) -> None:
    place = (made, stage.signer(made))
    new = NewAuthority(document=small_pdf(), scope={**SCOPE, **changes})
    attach_authority(stage.stores, stage.act(OFFICER), place, new, Limits())


def company(stage: Stage) -> str:
    acting = person("borrower", acts_for="Lin Trading Ltd")
    return stage.agreement(stage.keyed("borrower", "Lin", person=acting))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"valid_until": "2026-11-22"}, "authority.expired"),
        ({"valid_from": "2026-11-24"}, "authority.not-yet"),
        ({"products": ["mortgage"]}, "authority.other-product"),
        ({"limit": {"currency": "CNY", "minor": "4999999"}}, "authority.too-small"),
        ({"limit": {"currency": "EUR", "minor": "5000000"}}, "authority.too-small"),
        ({"valid_until": "2026-11-23"}, None),
        ({"products": []}, None),
    ],
)
def test_a_power_of_attorney_is_held_against_day_product_and_amount_when_signing(
    stage: Stage, changes: dict[str, Json], code: str | None
) -> None:
    made = company(stage)
    refused(lambda: stage.sign(made), "authority.missing")
    attach(stage, made, **changes)
    if code is not None:
        refused(lambda: stage.sign(made), code)
        attach(stage, made)
    stage.sign(made)
    clean(stage)
    refused(lambda: attach(stage, made), "signature.exists")


def test_a_power_of_attorney_needs_its_scope_in_full(stage: Stage) -> None:
    made = company(stage)
    for field, value in (("valid_until", "2025-12-31"), ("valid_from", "soon"), ("products", "all"), ("limit", None)):
        with pytest.raises(LedgerError) as no:
            attach(stage, made, **{field: value})
        assert no.value.code in {"authority.invalid", "terms.invalid"}


def test_papers_wait_for_staff_and_a_refusal_says_why(stage: Stage) -> None:
    made = stage.agreement(party(person=person("borrower", proofing=True, id_number="11010519900517123X")))
    stage.work()
    opened, confirmed = stage.enter(BORROWER)
    who, papers = confirmed.principal, Papers(paper=Paper.PASSPORT, files=(JPEG,))
    first = submit_identity(stage.stores, stage.act(who), made, opened.session_token, papers)
    refused(
        lambda: submit_identity(stage.stores, stage.act(who), made, opened.session_token, papers), "identity.waiting"
    )
    assert [row.id for row in list_identity(stage.stores, stage.act(OFFICER))] == [first]
    seen = read_identity(stage.stores, stage.act(OFFICER), first)
    assert [file.data for file in seen.files] == [JPEG]
    assert seen.person is not None
    assert seen.person.id_number == "11010519900517123X"
    key = stage.ledger.key
    refused(
        lambda: decide_identity(stage.stores, stage.act(OFFICER), first, Decision(accepted=False), key),
        "reason.malformed",
    )
    no = Decision(accepted=False, reason="the picture is blurred")
    decide_identity(stage.stores, stage.act(OFFICER), first, no, key)
    refused(
        lambda: decide_identity(stage.stores, stage.act(SECOND_OFFICER), first, Decision(accepted=True), key),
        "identity.decided",
    )
    stage.work()
    assert len(stage.messages(BORROWER, "identity-refused")) == 1
    refused(lambda: stage.may_sign(made, who.id, who), "signer.step-missing", Step.IDENTIFIED)
    again = submit_identity(stage.stores, stage.act(who), made, opened.session_token, papers)
    decide_identity(stage.stores, stage.act(OFFICER), again, Decision(accepted=True), key)
    assert Step.IDENTIFIED in ceremony_of(stage.view(made)).seat(who.id).done
    clean(stage)


@pytest.mark.parametrize("files", [(), (b"",), (b"GIF89a",), (JPEG,) * 4, (JPEG + bytes(6 << 20),)])
def test_papers_that_are_no_pictures_are_refused(stage: Stage, files: tuple[bytes, ...]) -> None:
    made = stage.agreement(party(person=person("borrower", proofing=True)))
    stage.work()
    opened, confirmed = stage.enter(BORROWER)
    papers = Papers(paper=Paper.ID_CARD, files=files)
    refused(
        lambda: submit_identity(stage.stores, stage.act(confirmed.principal), made, opened.session_token, papers),
        "identity.files",
    )


def test_declining_with_a_reason_ends_it_for_everybody(stage: Stage) -> None:
    made = stage.agreement(party(), party("guarantor", "Wang Wei"), stage.keyed("lender", "Officer", order=2))
    stage.work()
    _, confirmed = stage.enter(BORROWER)
    act = stage.act(confirmed.principal)
    refused(lambda: decline(stage.stores, act, made, "  "), "reason.malformed")
    decline(stage.stores, act, made, "the rate is not the one we spoke of")
    assert stage.view(made).state is State.DECLINED
    stage.work()
    assert [message.kind for message in stage.messages("guarantor@example.com")] == ["invitation", "declined"]
    refused(lambda: decline(stage.stores, stage.act(confirmed.principal), made, "again"), "agreement.not-open")
    refused(lambda: stage.sign(made, 2), "agreement.not-open")
    refused(lambda: stage.open(BORROWER), "agreement.ended")
    refused(lambda: stage.open("guarantor@example.com"), "agreement.ended")
    clean(stage)
