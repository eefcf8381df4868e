"""Enrolling pens through the signing pages' JSON: a wallet that does not hold its account, a lost key that nobody proofed again."""

import json
import secrets
from collections.abc import Iterator
from datetime import timedelta

import httpx2
import pytest

from api.wiring import ids
from ledger.core.evidence.answers import AnswerName
from ledger.core.evidence.trust import parse_trust
from ledger.core.evidence.verify_file import FileFacts, verify
from ledger.services.agreements.seal import seal_next
from ledger.services.agreements.stored_document import digest_of
from signing.algorithms import Suite
from signing.keys.signer import EvmSigner, open_signer
from support.ceremonies import READING_CODE, Ceremony, ceremony, person
from support.live_service import Caller, Service
from support.sealers import turn_of
from support.sealing import DOWN_URL, local_authority, seal_tools
from support.signer_desk import HTML, Desk, covered
from support.small_pdfs import small_pdf


def at_work(service: Service, caller: Caller) -> httpx2.Client:
    headers = {**HTML, "Authorization": f"Bearer {caller.token}", "Accept-Language": "en"}
    return httpx2.Client(base_url=service.url, headers=headers, timeout=30)


@pytest.fixture
def desk(service: Service) -> Iterator[Desk]:
    opened = Desk(service, ceremony(service, person("borrower", "林小雨")))
    yield opened
    opened.http.close()


def a_wallet() -> EvmSigner:
    wallet = open_signer(Suite.EIP712, secrets.token_bytes(32), purpose="signer")
    assert isinstance(wallet, EvmSigner)
    return wallet


def test_wallet_is_enrolled_once_and_only_by_its_own_account(desk: Desk) -> None:
    answer = desk.wallet(a_wallet())
    assert desk.refusal("key", {**answer, "account": a_wallet().public.raw.hex()}) == "wallet.not-held"
    assert desk.refusal("key", {**answer, "account": "00"}) == "pen.malformed"
    assert desk.refusal("key", {**answer, "value": "no"}) == "pen.malformed"
    assert desk.refusal("key", answer) == ""
    assert desk.refusal("key", answer) in {"passkey.challenge-used", "key.enrolled"}


def test_wallet_signs_one_contract_after_another(service: Service) -> None:
    wallet, desks = a_wallet(), [Desk(service, ceremony(service, person("borrower", "林小雨"))) for _ in range(2)]
    for desk in desks:
        assert desk.refusal("statement", {"pen": "wallet"}) == "signer.no-key"
        assert desk.refusal("key", desk.wallet(wallet)) == ""
        signed = desk.sign_with(wallet)
        assert signed.status_code == 200, signed.text
        covered(service, desk.made.id)
        desk.http.close()
    second, document = f"/v1/agreements/{desks[1].made.id}", desks[1].made.document
    evidence, trust = service.officer().get(f"{second}/evidence").content, service.nobody().get("/v1/trust").content
    report = verify(FileFacts(digest_of(document), len(document)), evidence, parse_trust(trust), now=ids.now())
    told = {reason.code for reason in report[AnswerName.SIGNATURES].reasons}
    assert told == {"signatures.valid", "keys.code-only", "keys.weaker"}
    with at_work(service, service.officer()) as officer:
        assert "Wallet shown" in officer.get(f"/staff/agreements/{desks[1].made.id}").text


def test_wallet_of_one_party_is_no_other_s_before_it_is_shown_there(service: Service) -> None:
    wallet = a_wallet()
    made = ceremony(service, person("borrower", "林小雨"), person("guarantor", "王芳"))
    borrower, guarantor = Desk(service, made), Desk(service, made, 1)
    assert borrower.refusal("key", borrower.wallet(wallet)) == ""
    assert guarantor.refusal("statement", {"pen": "wallet"}) == "signer.no-key"
    assert guarantor.refusal("key", borrower.wallet(wallet)) == "wallet.not-held"  # for another party
    for desk in (borrower, guarantor):
        desk.http.close()


def test_wallet_that_was_revoked_or_whose_owner_was_identified_is_not_shown(service: Service) -> None:
    revoked, proofed = a_wallet(), a_wallet()
    first = Desk(service, ceremony(service, person("borrower", "林小雨")))
    assert first.refusal("key", first.wallet(revoked)) == ""
    path = f"/v1/keys/{revoked.public.key_id}/revocations"
    assert service.officer().post(path, json={"ground": "lost"}).status_code == 201
    word = {"provider": "local", "grade": "lenders-word"}
    key = {"key": dict(proofed.public.to_json()), "owner": {"kind": "customer"}, "proofing": word}
    assert service.officer().post("/v1/keys", json={**key, "identity": secrets.token_hex(9)}).status_code == 201
    second = Desk(service, ceremony(service, person("borrower", "王芳")))
    assert second.refusal("key", second.wallet(revoked)) == "key.revoked"
    assert second.refusal("key", second.wallet(proofed)) == "key.other-owner"
    for desk in (first, second):
        desk.http.close()


def test_lost_key_is_not_replaced_on_the_code_s_word(desk: Desk) -> None:
    made = desk.http.post(f"{desk.base}/key", json=desk.passkey())
    assert made.status_code == 200, made.text
    assert desk.refusal("key", {**desk.passkey(), "replaces": made.json()["key_id"]}) == "key.not-proofed"


def test_papers_that_were_checked_before_the_key_was_made_do_not_replace_it(service: Service) -> None:
    made = ceremony(service, person("borrower", "林小雨", proofing=True, id_number="330106199203154417"))
    desk = Desk(service, made)
    picture = {"photo": ("id.png", b"\x89PNG\r\n\x1a\n" + bytes(40), "image/png")}
    desk.http.post(f"{desk.base}/identity", data={"kind": "passport"}, files=picture)
    officer = service.officer()
    papers = next(one["id"] for one in officer.get("/v1/identity").json()["items"] if one["agreement"] == made.id)
    officer.post(f"/v1/identity/{papers}/decisions", json={"accepted": True})
    desk.http.post(f"{desk.base}/consent", data={"agree": "yes", "code": READING_CODE})
    first = desk.http.post(f"{desk.base}/key", json=desk.passkey())
    assert first.status_code == 200, first.text
    assert desk.refusal("key", {**desk.passkey(), "replaces": first.json()["key_id"]}) == "key.not-proofed"
    desk.http.close()


def test_signer_under_age_is_told_so_and_signs_nothing(service: Service) -> None:
    year = service.here.now().year - 17
    desk = Desk(service, ceremony(service, person("borrower", "林小雨", birth_date=f"{year}-12-31")))
    told = desk.sign()
    desk.http.close()
    assert (told.status_code, told.json()["code"]) == (403, "signer.under-age")
    assert "未达到签署年龄" in told.json()["words"]
    assert service.officer().get(f"/v1/agreements/{desk.made.id}").json()["state"] != "signed"


def test_expired_power_of_attorney_is_told_and_another_one_lets_the_person_sign(service: Service) -> None:
    made = ceremony(service, person("borrower", "林小雨", acts_for="Lin Trading Ltd"))
    attach(service, made, valid_until=(service.here.now() - timedelta(days=2)).date().isoformat())
    desk = Desk(service, made)
    told = desk.sign()
    assert (told.status_code, told.json()["code"]) == (403, "authority.expired")
    assert "授权委托书已失效" in told.json()["words"]
    attach(service, made, valid_until=(service.here.now() + timedelta(days=2)).date().isoformat())
    assert desk.sign().status_code == 200
    desk.http.close()


def attach(service: Service, made: Ceremony, *, valid_until: str) -> None:
    limit = {"currency": "CNY", "minor": "99000000"}
    scope = {"products": [], "limit": limit, "valid_from": "2020-01-01", "valid_until": valid_until}
    path = f"/v1/agreements/{made.id}/signers/{made.signer_ids[0]}/authority"
    files = {"document": ("power.pdf", small_pdf(), "application/pdf")}
    assert service.officer().post(path, files=files, data={"scope": json.dumps(scope)}).status_code == 201


def test_page_says_that_sealing_waits_for_the_time_stamp_authority_until_it_answers(service: Service) -> None:
    desk, here = Desk(service, ceremony(service, person("borrower", "林小雨"))), service.here
    assert desk.sign().status_code == 200
    tools = seal_tools(local_authority(), urls=[DOWN_URL])
    turn = turn_of("test", here.now(), tools)
    covered(service, desk.made.id)
    while seal_next(here.stores, turn).agreement_id != desk.made.id:
        turn = turn_of("test", here.now(), tools)
    english = desk.http.get(desk.base, headers={"Accept-Language": "en"})
    assert "the time-stamp authority does not answer" in english.text
    assert "时间戳机构暂无应答" in desk.http.get(desk.base, headers={"Accept-Language": "zh"}).text
    with at_work(service, service.officer()) as officer:
        assert "seal.no-time-stamp" in officer.get(f"/staff/agreements/{desk.made.id}").text
    later = turn_of("test", here.now() + timedelta(hours=1), seal_tools(local_authority()))
    while seal_next(here.stores, later).agreement_id != desk.made.id:
        pass
    assert "合同已完成" in desk.http.get(desk.base, headers={"Accept-Language": "zh"}).text
    desk.http.close()
