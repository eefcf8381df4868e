"""Asking authorities: bounded, each once, and whatever a server does, it ends as an answer or as a failed fetch."""

import asyncio
from collections.abc import Mapping

import pytest
from asn1crypto import x509
from pyhanko_certvalidator.authority import AuthorityWithCert
from pyhanko_certvalidator.errors import CRLFetchError, OCSPFetchError
from pyhanko_certvalidator.fetchers.api import Fetchers

from signing.errors import ServiceUnavailable
from signing.keys.local_authority import ADDRESS, TIME_STAMPS, LocalAuthority
from signing.pdf.authorities import MAX_REQUESTS, Questions, fetchers
from support.sealing import Answer, Switchboard, local_authority

OCSP, LISTS = f"{ADDRESS}/tally/ocsp/responder", f"{ADDRESS}/tally/crls/root/latest.crl"


def parts(answers: Mapping[str, Answer]) -> tuple[Fetchers, Switchboard, x509.Certificate, AuthorityWithCert]:
    authority: LocalAuthority = local_authority()
    web = Switchboard(authority, answers)
    certificate = x509.Certificate.load(authority.certificates[TIME_STAMPS])
    return fetchers(web), web, certificate, AuthorityWithCert(x509.Certificate.load(authority.root))


def test_status_and_list_are_fetched_once_and_kept() -> None:
    found, web, certificate, issuer = parts({})
    for _ in range(2):
        asyncio.run(found.ocsp_fetcher.fetch(certificate, issuer))
        asyncio.run(found.crl_fetcher.fetch(certificate))
    assert sorted(web.asked) == sorted([OCSP, LISTS])
    assert len(list(found.ocsp_fetcher.fetched_responses())) == 1
    assert len(list(found.ocsp_fetcher.fetched_responses_for_cert(certificate))) == 1
    assert len(list(found.crl_fetcher.fetched_crls())) == 1
    assert len(list(found.crl_fetcher.fetched_crls_for_cert(certificate))) == 1


def test_of_a_certificate_never_asked_about_nothing_is_kept() -> None:
    found, _, certificate, _ = parts({})
    assert list(found.ocsp_fetcher.fetched_responses_for_cert(certificate)) == []
    assert list(found.crl_fetcher.fetched_crls_for_cert(certificate)) == []


@pytest.mark.parametrize("answer", [b"", b"<html>", b"\x30\x03\x0a\x01\x06", bytes(70_000)])
def test_an_unusable_status_is_a_failed_fetch(answer: bytes) -> None:
    found, _, certificate, issuer = parts({OCSP: lambda _: answer})
    with pytest.raises(OCSPFetchError):
        asyncio.run(found.ocsp_fetcher.fetch(certificate, issuer))


@pytest.mark.parametrize("answer", [b"", b"<html>", b"\x30\x03\x0a\x01\x06"])
def test_an_unusable_list_is_a_failed_fetch(answer: bytes) -> None:
    found, _, certificate, _ = parts({LISTS: lambda _: answer})
    with pytest.raises(CRLFetchError):
        asyncio.run(found.crl_fetcher.fetch(certificate))


def test_no_issuer_is_ever_fetched() -> None:
    found, web, certificate, _ = parts({})

    async def all_issuers() -> list[x509.Certificate]:
        issuers = [item async for item in found.cert_fetcher.fetch_cert_issuers(certificate)]
        return issuers + [item async for item in found.cert_fetcher.fetch_crl_issuers(None)]

    assert asyncio.run(all_issuers()) == list(found.cert_fetcher.fetched_certs()) == []
    assert web.asked == []


def test_one_seal_asks_a_bounded_number_of_questions() -> None:
    questions = Questions(Switchboard(local_authority()))
    for _ in range(MAX_REQUESTS):
        questions.ask(LISTS, most_bytes=10_000)
    with pytest.raises(ServiceUnavailable) as refused:
        questions.ask(LISTS, most_bytes=10_000)
    assert refused.value.code == "seal.too-many-requests"
