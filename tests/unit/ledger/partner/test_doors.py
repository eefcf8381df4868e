"""The partner's doors over HTTP: refusals keep their code, silence is `unavailable`, a slow evaluator is passed over."""

import json
from collections.abc import Callable
from hashlib import sha256

import httpx2
import pytest

from ledger.core.blacklist.checks import parse_signed_request
from ledger.core.blacklist.signed import read_json
from ledger.core.blacklist.sorted_leaves import SortedLeaves
from ledger.core.blacklist.tree import Token
from ledger.errors import Conflict, LedgerError, Unavailable, VerificationFailed
from ledger.partner.buckets import Buckets
from ledger.partner.checking import Desk, Partner, Subject, check
from ledger.partner.doors import HttpEvaluators, HttpRegistry
from ledger.partner.snapshot import Snapshot
from support.consortium import APPLICATION, EVALUATORS, LISTED, NOW, PARTNER, answer_of, consortium, signed_answer

GROUP = consortium()
EPOCH = GROUP.epoch


def randomness() -> Callable[[int], bytes]:
    """Bytes that differ from call to call, and are the same in every run."""
    calls = iter(range(10_000))
    return lambda count: sha256(f"call {next(calls)}".encode()).digest()[:32].ljust(count, b"\x05")[:count]


def snapshot() -> Snapshot:
    records = b"".join(leaf.token + leaf.value for leaf in GROUP.leaves)
    return Snapshot(GROUP.version, SortedLeaves(records), records, {})


def answering(status: int, body: bytes) -> httpx2.Client:
    transport = httpx2.MockTransport(lambda _request: httpx2.Response(status, content=body))
    return httpx2.Client(base_url="http://registry.test", transport=transport)


def test_refusals_keep_their_code_and_kind() -> None:
    problem = json.dumps({"code": "check.old-version", "detail": "sync"}).encode()
    with pytest.raises(Conflict) as error:
        HttpEvaluators({1: answering(409, problem)}).answer(1, b"{}")
    assert error.value.code == "check.old-version"
    with pytest.raises(Unavailable) as other:
        HttpRegistry(answering(502, b"<html>")).get("policy")
    assert other.value.code == "http.502"
    with pytest.raises(Unavailable) as unknown:
        HttpEvaluators({}).answer(1, b"{}")
    assert unknown.value.code == "evaluator.no-address"


def test_a_service_that_does_not_answer_is_unavailable() -> None:
    def fail(_request: httpx2.Request) -> httpx2.Response:
        raise httpx2.ReadTimeout("slow")

    client = httpx2.Client(base_url="http://registry.test", transport=httpx2.MockTransport(fail))
    with pytest.raises(Unavailable, match="ReadTimeout"):
        HttpRegistry(client).post("listings", {}, once="a")
    assert HttpRegistry(answering(200, b"{}")).post("listings", {}, once="a") == b"{}"


def test_an_evaluator_that_is_too_slow_is_passed_over_and_n_minus_t_of_them_are_tolerated() -> None:
    def slow(_request: httpx2.Request) -> httpx2.Response:
        raise httpx2.ReadTimeout("no answer within the time that an evaluator has")

    def prompt(request: httpx2.Request) -> httpx2.Response:
        signed = parse_signed_request(read_json(request.content, "x.y"))
        index = int(request.url.path.split("/")[-2])
        return httpx2.Response(200, content=signed_answer(answer_of(GROUP, signed.record, index)).to_bytes())

    def client(answer: Callable[[httpx2.Request], httpx2.Response]) -> httpx2.Client:
        return httpx2.Client(base_url="http://evaluator.test", transport=httpx2.MockTransport(answer))

    partner = Partner(institution="inst-1", signer=PARTNER, now=lambda: NOW, random=randomness())
    for place in EVALUATORS:
        doors = HttpEvaluators({index: client(slow if index == place else prompt) for index in EVALUATORS})
        at = Desk(partner=partner, epoch=EPOCH, evaluators=doors, view=snapshot())
        (result,) = check(at, [Subject(LISTED, APPLICATION)], "loan-application")
        assert result.listed
        assert place not in [answer.record.evaluator for answer in result.receipt.answers]
    two_slow = HttpEvaluators({1: client(slow), 2: client(slow), 3: client(prompt)})
    at = Desk(partner=partner, epoch=EPOCH, evaluators=two_slow, view=snapshot())
    with pytest.raises(Unavailable, match="ReadTimeout"):
        list(check(at, [Subject(LISTED, APPLICATION)], "loan-application"))


def test_a_bucket_of_another_version_is_not_believed() -> None:
    empty = json.dumps({"siblings": [], "leaves": [], "listings": []}).encode()
    with pytest.raises(VerificationFailed):
        Buckets(HttpRegistry(answering(200, empty)), GROUP.version).prove(Token(bytes(32)))
    for body in (b'{"siblings":1}', b'{"siblings":[],"leaves":[5],"listings":[]}', b"[]", b"x"):
        with pytest.raises(LedgerError):
            Buckets(HttpRegistry(answering(200, body)), GROUP.version).prove(Token(bytes(32)))
