from datetime import UTC, datetime

import pytest

from ledger.core.agreements.ceremony import Ceremony, Seat
from ledger.core.agreements.copies import shown_to
from ledger.core.agreements.notice_text import TEXTS, WITH_LINK, Notice, code_text, masked, notice_text
from ledger.core.agreements.notices import TURN, Concerned, Plan, plan_notices
from ledger.core.agreements.people import LANGUAGES
from ledger.core.agreements.states import State
from signing.canonical import Json

NOW = datetime(2026, 11, 23, tzinfo=UTC)
SEATS = (
    Seat(signer_id="a"),
    Seat(signer_id="b"),
    Seat(signer_id="late", order=2),
    Seat(signer_id="gone", is_replaced=True),
)
EVERYBODY = {"a", "b", "late", "gone"}


def plans(
    entry_type: str,
    *,
    state: State = State.SENT,
    reachable: set[str] = EVERYBODY,
    invited: set[str] = EVERYBODY,
    signer: str = "",
) -> list[Plan]:
    ceremony = Ceremony(state=state, seats=SEATS)
    concerned = Concerned(entry_type, "e-1", signer)
    return list(plan_notices(concerned, ceremony, reachable=reachable, invited=invited))


def test_those_whose_turn_it_is_are_invited_once_whatever_made_it_their_turn() -> None:
    for entry_type in ("agreement.sent", "agreement.signed"):
        found = plans(entry_type, invited=set())
        assert found == [Plan("a", Notice.INVITATION, TURN), Plan("b", Notice.INVITATION, TURN)]
    assert plans("agreement.sent", reachable={"b"}) == [Plan("b", Notice.INVITATION, TURN)]
    assert plans("agreement.signed", state=State.SIGNED) == []


def test_a_person_is_told_of_their_own_steps_and_the_others_of_a_signature() -> None:
    for step, kind in (
        ("viewed", Notice.OPENED),
        ("consented", Notice.CONSENTED),
        ("authority-attached", Notice.AUTHORITY),
    ):
        assert plans(f"agreement.{step}", signer="a") == [Plan("a", kind, "e-1")]
        assert plans(f"agreement.{step}", signer="a", reachable={"b"}) == []
    told = [
        one for one in plans("agreement.signed", signer="a", invited={"a", "b"}) if one.kind is not Notice.INVITATION
    ]
    assert told == [Plan("a", Notice.SIGNED, "e-1"), Plan("b", Notice.PROGRESS, "e-1")]
    assert plans("agreement.signed", state=State.SIGNED, signer="b") == [Plan("b", Notice.SIGNED, "e-1")]


def test_a_renewed_seal_is_announced_to_every_party() -> None:
    found = plans("agreement.seal-renewed", state=State.COMPLETE)
    assert [(plan.signer_id, plan.kind) for plan in found] == [(who, Notice.RENEWED) for who in ("a", "b", "late")]


def test_whoever_was_replaced_is_told_if_they_had_been_invited() -> None:
    assert Plan("gone", Notice.REPLACED, "gone") in plans("agreement.signer-replaced")
    assert all(plan.signer_id != "gone" for plan in plans("agreement.signer-replaced", invited=set()))


@pytest.mark.parametrize("ending", ["declined", "expired", "voided"])
def test_an_end_is_told_to_those_who_were_invited(ending: str) -> None:
    found = plans(f"agreement.{ending}", state=State(ending), invited={"a", "gone"})
    assert found == [Plan("a", Notice(ending), "e-1")]


def test_the_sealed_file_is_announced_to_every_party() -> None:
    found = plans("agreement.sealed", state=State.COMPLETE, invited=set())
    assert [(plan.signer_id, plan.kind) for plan in found] == [(who, Notice.COMPLETE) for who in ("a", "b", "late")]


@pytest.mark.parametrize(
    "entry_type", ["agreement.created", "agreement.viewed", "agreement.read", "agreement.of-tomorrow"]
)
def test_other_entries_concern_nobody(entry_type: str) -> None:
    assert plans(entry_type) == []


def test_every_notice_has_words_in_every_language_and_a_link_where_it_leads_somewhere() -> None:
    assert set(TEXTS) == set(LANGUAGES)
    for language in LANGUAGES:
        assert set(TEXTS[language]) == set(Notice)
        for kind in Notice:
            link = "https://sign.example/sign/0" if kind in WITH_LINK else None
            words = notice_text(kind, language, number="L7-1", deadline="2026-12-23 23:04", link=link)
            assert "L7-1" in words.subject
            assert ("https://" in words.body) is (kind in WITH_LINK)
            assert "{" not in words.body
        assert "123456" in code_text(language, number="L7-1", code="123456").body


def test_an_address_is_shown_as_far_as_its_owner_recognises_it() -> None:
    assert masked("lin.xiaoyu@example.com") == "l…@example.com"
    assert masked("+8613800138000") == "+86…00"


VALUES: dict[str, Json] = {
    "number": "L7-1",
    "file": {"id": "d"},
    "terms": {},
    "parties": [],
    "reading_code": "AB12",
    "person_1": {"signer": "a", "particulars": {}},
    "person_2": {"signer": "b", "particulars": {}},
    "person_3": "odd",
}


def test_a_party_sees_what_is_shared_and_its_own_and_nobody_else_s() -> None:
    assert shown_to("a", "agreement.created", VALUES) == {"number", "terms", "parties", "person_1"}
    assert shown_to("c", "agreement.created", VALUES) == {"number", "terms", "parties"}
    replaced: dict[str, Json] = {"signer": "b", "reason": "ill", "parties": [], "person": {"signer": "c"}}
    assert shown_to("c", "agreement.signer-replaced", replaced) == {"parties", "person"}
    assert shown_to("b", "agreement.signer-replaced", replaced) == {"parties"}
    read: dict[str, Json] = {"signer": "a", "reading": {}}
    assert shown_to("a", "agreement.read", read) == {"signer", "reading"}
    assert shown_to("b", "agreement.read", read) == set()
    signed: dict[str, Json] = {"signer": "a", "statement": "s", "signature": {}}
    assert shown_to("b", "agreement.signed", signed) == set(signed)
    assert shown_to("a", "agreement.voided", {"reason": "no"}) == set()
