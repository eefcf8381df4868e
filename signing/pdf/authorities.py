"""What a seal asks of certificate authorities, over a door that the caller opens: certificate status (OCSP), lists (CRL), issuers.

Promises: at most `MAX_REQUESTS` questions for one seal, each answer bounded, each asked once; whatever a stranger's server does
ends as a failed fetch, which the validation treats as "status unknown", never as "good".
Leaves to others: the network itself (`Web`), and judging the answers (pyhanko_certvalidator).
"""

from collections.abc import AsyncGenerator, Iterable
from typing import Final, Protocol, cast

from asn1crypto import crl, ocsp, x509
from pyhanko_certvalidator.authority import Authority
from pyhanko_certvalidator.errors import CRLFetchError, OCSPFetchError, OCSPValidationError
from pyhanko_certvalidator.fetchers.api import CertificateFetcher, CRLFetcher, Fetchers, OCSPFetcher
from pyhanko_certvalidator.fetchers.common_utils import format_ocsp_request, process_ocsp_response_data
from pyhanko_certvalidator.util import get_ocsp_urls

from signing.errors import ServiceUnavailable

MAX_REQUESTS: Final = 24  # a signer, two time stampers and their authorities need fewer than ten
OCSP_BYTES: Final = 64 * 1024
LIST_BYTES: Final = 4 * 1024 * 1024  # revocation lists of large authorities have a megabyte
OCSP_TYPE: Final = "application/ocsp-request"


class Web(Protocol):
    """The way to servers by URL; the caller sets the time limit."""

    def ask(self, url: str, body: bytes | None = None, *, media_type: str = "", most_bytes: int) -> bytes:
        """Return what the server answers to a POST of `body`, or to a GET; raise ServiceUnavailable."""
        ...


class Questions:
    """One seal's questions to authorities: counted, and each answer kept for the next asking."""

    def __init__(self, web: Web) -> None:
        self._web = web
        self._asked = 0

    def ask(self, url: str, body: bytes | None = None, *, media_type: str = "", most_bytes: int) -> bytes:
        self._asked += 1
        if self._asked > MAX_REQUESTS:
            raise ServiceUnavailable("seal.too-many-requests", f"expected at most {MAX_REQUESTS} requests for one seal")
        return self._web.ask(url, body, media_type=media_type, most_bytes=most_bytes)


def fetchers(web: Web) -> Fetchers:
    """Return what a validation context asks with."""
    questions = Questions(web)
    return Fetchers(_Status(questions), _Lists(questions), _Issuers())


class _Status(OCSPFetcher):
    """Asks OCSP responders."""

    def __init__(self, questions: Questions) -> None:
        self._questions = questions
        self._kept: dict[bytes, ocsp.OCSPResponse] = {}

    async def fetch(self, cert: x509.Certificate, authority: Authority) -> ocsp.OCSPResponse:
        if cert.issuer_serial not in self._kept:
            self._kept[cert.issuer_serial] = self._fetch(cert, authority)
        return self._kept[cert.issuer_serial]

    def _fetch(self, cert: x509.Certificate, authority: Authority) -> ocsp.OCSPResponse:
        request = format_ocsp_request(cert, authority, certid_hash_algo="sha256", request_nonces=True)
        for url in get_ocsp_urls(cert):
            try:
                answer = self._questions.ask(url, request.dump(), media_type=OCSP_TYPE, most_bytes=OCSP_BYTES)
                return process_ocsp_response_data(answer, ocsp_request=request, ocsp_url=url)
            except (ServiceUnavailable, ValueError, TypeError, OCSPFetchError, OCSPValidationError):
                continue
        raise OCSPFetchError("no responder that the certificate names gave a usable answer")

    def fetched_responses(self) -> Iterable[ocsp.OCSPResponse]:
        return list(self._kept.values())

    def fetched_responses_for_cert(self, cert: x509.Certificate) -> Iterable[ocsp.OCSPResponse]:
        return [self._kept[cert.issuer_serial]] if cert.issuer_serial in self._kept else []


class _Lists(CRLFetcher):
    """Fetches revocation lists."""

    def __init__(self, questions: Questions) -> None:
        self._questions = questions
        self._kept: dict[bytes, list[crl.CertificateList]] = {}

    async def fetch(self, cert: x509.Certificate, *, use_deltas: bool | None = None) -> Iterable[crl.CertificateList]:
        del use_deltas  # a delta alone proves nothing; the full list is always asked for
        if cert.issuer_serial not in self._kept:
            urls = [url for point in cert.crl_distribution_points if (url := point.url)]
            self._kept[cert.issuer_serial] = [found for url in urls if (found := self._fetch(url)) is not None]
        if not self._kept[cert.issuer_serial]:
            raise CRLFetchError("no list that the certificate names could be fetched")
        return self._kept[cert.issuer_serial]

    def _fetch(self, url: str) -> crl.CertificateList | None:
        try:
            found = crl.CertificateList.load(self._questions.ask(url, most_bytes=LIST_BYTES), strict=True)
            found.native  # noqa: B018  # asn1crypto parses when read: a malformed list must fail here
        except (ServiceUnavailable, ValueError, TypeError):
            return None
        return found

    def fetched_crls(self) -> Iterable[crl.CertificateList]:
        return [item for kept in self._kept.values() for item in kept]

    def fetched_crls_for_cert(self, cert: x509.Certificate) -> Iterable[crl.CertificateList]:
        return self._kept.get(cert.issuer_serial, [])


class _Issuers(CertificateFetcher):
    """Fetches no certificate: chains come from the operator's files and from the tokens, so that a server cannot lead us about."""

    def fetch_cert_issuers(self, cert: x509.Certificate) -> AsyncGenerator[x509.Certificate, None]:
        del cert
        return cast("AsyncGenerator[x509.Certificate, None]", _Nothing())

    def fetch_crl_issuers(self, certificate_list: crl.CertificateList) -> AsyncGenerator[x509.Certificate, None]:
        del certificate_list
        return cast("AsyncGenerator[x509.Certificate, None]", _Nothing())

    def fetched_certs(self) -> Iterable[x509.Certificate]:
        return []


class _Nothing:
    """An asynchronous iteration over nothing."""

    def __aiter__(self) -> "_Nothing":
        return self

    async def __anext__(self) -> x509.Certificate:
        raise StopAsyncIteration
