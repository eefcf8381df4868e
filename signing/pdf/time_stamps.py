"""RFC 3161 time stamps from a list of authorities: each answer is checked before it is used, and the next one is tried.

Promises: a token counts only when it is over our digest, carries our nonce, comes from a certificate that may do nothing but
stamp times and chains to a root that the operator named, and says a time within `TOLERANCE` of ours. When no authority gives
one, the refusal says what each of them did; nothing ever stands in for a token.
Leaves to others: the network (`Web`), which roots are believed, and embedding the token (pyHanko).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar, Final, cast

from asn1crypto import cms, core, tsp, x509
from pyhanko.sign.timestamps.api import TimeStamper
from pyhanko.sign.timestamps.common_utils import TimestampRequestError, extract_ts_certs, handle_tsp_response
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.generic_cms import validate_tst_signed_data
from pyhanko.sign.validation.status import TimestampSignatureStatus
from pyhanko_certvalidator import ValidationContext

from signing.errors import ServiceUnavailable
from signing.pdf.authorities import Web

TOKEN_BYTES: Final = 128 * 1024  # a token with its chain has 2 to 8 KB
RESERVED_BYTES: Final = 7 * 1024  # pyHanko reserves half as much again
REQUEST_TYPE: Final = "application/timestamp-query"
TOLERANCE: Final = timedelta(minutes=5)  # of clocks that are set by the network; more is a lie or a clock to repair


@dataclass(frozen=True)
class TimeStamp:
    """A token that was accepted: from which address, the name in its certificate, and the time it says."""

    url: str
    name: str
    at: datetime
    expires_at: datetime


class _Response(core.Sequence):  # type: ignore[misc]  # asn1crypto carries no types
    """A time-stamp response as RFC 3161 has it: without a token where the request is refused."""

    _fields: ClassVar = [("status", tsp.PKIStatusInfo), ("time_stamp_token", cms.ContentInfo, {"optional": True})]


class _Room:
    """As many bytes as the largest token that is expected."""

    def dump(self) -> bytes:
        return bytes(RESERVED_BYTES)


class CheckedTimeStamps(TimeStamper):
    """Asks the authorities in order until one gives a token that holds; remembers what it accepted in `accepted`."""

    def __init__(
        self, web: Web, urls: Sequence[str], *, context: ValidationContext, clock: Callable[[], datetime]
    ) -> None:
        super().__init__(include_nonce=True)  # type: ignore[no-untyped-call]  # pyHanko leaves it untyped
        self._web = web
        self._urls = tuple(urls)
        self._context = context
        self._clock = clock
        self.accepted: list[TimeStamp] = []

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
        """Return a token over the digest; raise ServiceUnavailable("seal.no-time-stamp") naming what each authority did."""
        refusals = []
        for url in self._urls:
            try:
                token, stamp = await self._ask(url, message_digest, md_algorithm)
            except ServiceUnavailable as error:
                refusals.append(f"{url}: {error.code} ({error.message})")
                continue
            self.accepted.append(stamp)
            for certificate in extract_ts_certs(token, self.cert_registry):
                self._certs[certificate.issuer_serial] = certificate
            return token
        raise ServiceUnavailable(
            "seal.no-time-stamp",
            f"expected a time stamp from one of {len(self._urls)} authorities; {'; '.join(refusals)}",
        )

    async def async_dummy_response(self, md_algorithm: str) -> cms.ContentInfo:
        """Return what takes the room of a token: pyHanko asks only for its length, and a stamp may cost money."""
        del md_algorithm
        return cast("cms.ContentInfo", _Room())

    async def _ensure_dummy(self) -> None:
        """Ask for no token ahead of the first real one: each token is checked when it comes."""

    async def _ask(self, url: str, digest: bytes, algorithm: str) -> tuple[cms.ContentInfo, TimeStamp]:
        nonce, request = self.request_cms(digest, algorithm)  # type: ignore[no-untyped-call]  # pyHanko leaves it untyped
        answer = self._web.ask(url, request.dump(), media_type=REQUEST_TYPE, most_bytes=TOKEN_BYTES)
        try:
            token = handle_tsp_response(_Response.load(answer, strict=True), None)
            facts = token["content"]["encap_content_info"]["content"].parsed
            _check_facts(facts, request, nonce)
            certificate = await self._check_signature(token, digest)
            at: datetime = facts["gen_time"].native
        except TimestampRequestError as error:
            raise ServiceUnavailable("seal.time-stamp-refused", str(error)[:200]) from error
        except (ValueError, TypeError, KeyError, AttributeError, AssertionError, SignatureValidationError) as error:
            # asn1crypto meets malformed bytes with any of these
            raise ServiceUnavailable(
                "seal.time-stamp-malformed", f"expected a time-stamp response, got {type(error).__name__}"
            ) from error
        if abs(self._clock() - at) > TOLERANCE:
            raise ServiceUnavailable(
                "seal.time-stamp-wrong-time",
                f"expected a time near {self._clock():%Y-%m-%dT%H:%M:%SZ}, got {at:%Y-%m-%dT%H:%M:%SZ}",
            )
        name = str(certificate.subject.native.get("common_name", certificate.subject.human_friendly))
        return token, TimeStamp(url=url, name=name[:120], at=at, expires_at=certificate.not_valid_after)

    async def _check_signature(self, token: cms.ContentInfo, digest: bytes) -> x509.Certificate:
        checked = await validate_tst_signed_data(token["content"], self._context, lambda _algorithm: digest)
        status = TimestampSignatureStatus(**checked)
        if not (status.intact and status.valid):
            raise ServiceUnavailable(
                "seal.time-stamp-wrong-signature", "expected a signature over this token that holds"
            )
        usage = status.signing_cert.extended_key_usage_value
        if usage is None or usage.native != ["time_stamping"]:
            raise ServiceUnavailable(
                "seal.time-stamp-wrong-purpose", "expected a certificate that may stamp times and nothing else"
            )
        if not status.trusted:
            problem = status.trust_problem_indic or "no path to a root that the operator named"
            raise ServiceUnavailable(
                "seal.time-stamp-untrusted",
                f"expected a certificate that is in force under the operator's roots: {problem}",
            )
        return status.signing_cert


def _check_facts(facts: tsp.TSTInfo, request: tsp.TimeStampReq, nonce: int | None) -> None:
    if facts["nonce"].native != nonce:
        raise ServiceUnavailable(
            "seal.time-stamp-wrong-nonce", "expected the nonce of the request: an old answer may have been replayed"
        )
    if facts["message_imprint"].dump() != request["message_imprint"].dump():
        raise ServiceUnavailable("seal.time-stamp-wrong-imprint", "expected a time stamp over the digest that was sent")
