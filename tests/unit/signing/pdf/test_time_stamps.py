"""A time stamp counts only when it is ours, of now, and from a certificate that may stamp times and that we believe."""

import asyncio
import hashlib
from collections.abc import Callable
from datetime import timedelta

import pytest
from asn1crypto import tsp, x509
from pyhanko_certvalidator import ValidationContext

from signing.errors import ServiceUnavailable
from signing.keys.local_authority import TIME_STAMP_URL, TIME_STAMPS, Lifetimes, LocalAuthority, Revocation, Subject
from signing.pdf.authorities import fetchers
from signing.pdf.time_stamps import CheckedTimeStamps
from support.sealing import DOWN_URL, LYING_URL, Answer, Switchboard, local_authority, lying, now

DIGEST = hashlib.sha256(b"contract").digest()


def stamp(authority: LocalAuthority, answer: Answer, *more: str, skew: timedelta = timedelta(0)) -> CheckedTimeStamps:
    """Ask a first authority that answers so, then `more`; return the stamps after one was taken."""
    web = Switchboard(authority, {LYING_URL: answer})
    context = ValidationContext(
        trust_roots=[x509.Certificate.load(authority.root)],
        allow_fetching=True,
        revocation_mode="hard-fail",
        fetchers=fetchers(web),
    )
    stamps = CheckedTimeStamps(web, (LYING_URL, *more), context=context, clock=lambda: now() + skew)
    asyncio.run(stamps.async_timestamp(DIGEST, "sha256"))
    return stamps


def refusal(authority: LocalAuthority, answer: Answer, *, skew: timedelta = timedelta(0)) -> str:
    """Return what is said about the one authority that was asked."""
    with pytest.raises(ServiceUnavailable) as refused:
        stamp(authority, answer, skew=skew)
    assert refused.value.code == "seal.no-time-stamp"
    return refused.value.message


def test_an_honest_authority_is_believed() -> None:
    authority = local_authority()
    (taken,) = stamp(authority, authority.time_stamp).accepted
    assert taken.url == LYING_URL
    assert taken.expires_at > taken.at + timedelta(days=300)


def change_nonce(request: tsp.TimeStampReq) -> None:
    request["nonce"] = request["nonce"].native + 1


def drop_nonce(request: tsp.TimeStampReq) -> None:
    del request["nonce"]


def change_imprint(request: tsp.TimeStampReq) -> None:
    request["message_imprint"]["hashed_message"] = bytes(32)


def change_digest(request: tsp.TimeStampReq) -> None:
    request["message_imprint"] = {"hash_algorithm": {"algorithm": "sha1"}, "hashed_message": bytes(20)}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (change_nonce, "seal.time-stamp-wrong-nonce"),
        (drop_nonce, "seal.time-stamp-wrong-nonce"),
        (change_imprint, "seal.time-stamp-wrong-imprint"),
        (change_digest, "seal.time-stamp-wrong-imprint"),
    ],
)
def test_a_stamp_of_something_else_is_refused(change: Callable[[tsp.TimeStampReq], None], code: str) -> None:
    authority = local_authority()
    assert code in refusal(authority, lying(authority, change))


def test_after_a_lie_the_next_authority_is_asked() -> None:
    authority = local_authority()
    stamps = stamp(authority, lying(authority, change_nonce), DOWN_URL, TIME_STAMP_URL)
    assert [taken.url for taken in stamps.accepted] == [TIME_STAMP_URL]


@pytest.mark.parametrize("answer", [b"", b"\x30\x03\x02\x01\x00", b"<html>", b"\x30\x80", bytes(40)])
def test_an_answer_that_is_no_time_stamp_is_refused(answer: bytes) -> None:
    assert "seal.time-stamp-malformed" in refusal(local_authority(), lambda _: answer)


def test_a_refusal_of_the_authority_is_told() -> None:
    rejected = bytes.fromhex("30163014020102300f0c0d") + b"out of stamps"
    message = refusal(local_authority(), lambda _: rejected)
    assert "seal.time-stamp-refused" in message
    assert "out of stamps" in message


def test_a_flipped_bit_of_the_signature_is_refused() -> None:
    authority = local_authority()

    def answer(body: bytes) -> bytes:
        return authority.time_stamp(body)[:-1] + bytes([authority.time_stamp(body)[-1] ^ 1])

    assert "seal.time-stamp-" in refusal(authority, answer)


def test_a_root_that_the_operator_did_not_name_is_refused() -> None:
    assert "seal.time-stamp-untrusted" in refusal(local_authority(1), local_authority(2).time_stamp)


def test_a_revoked_time_stamper_is_refused() -> None:
    authority = local_authority()
    authority.revoked[TIME_STAMPS] = Revocation(now() - timedelta(hours=1))
    assert "seal.time-stamp-untrusted" in refusal(authority, authority.time_stamp)


def test_an_expired_time_stamper_is_refused() -> None:
    short = Lifetimes(time_stamps=1)
    old = LocalAuthority(bytes(32), clock=lambda: now() - timedelta(days=2), lifetimes=short)
    today = LocalAuthority(bytes(32), clock=now, certificates=old.certificates, lifetimes=short)
    assert "seal.time-stamp-untrusted" in refusal(today, today.time_stamp)


def test_a_certificate_made_for_something_else_is_refused() -> None:
    authority = local_authority()
    stamper = x509.Certificate.load(authority.certificates[TIME_STAMPS])
    other = authority.issue("other", Subject("Same key, other purpose", stamper.public_key.dump()))
    crossed = LocalAuthority(bytes([1]) * 32, clock=now, certificates={**authority.certificates, TIME_STAMPS: other})
    assert "seal.time-stamp-wrong-purpose" in refusal(authority, crossed.time_stamp)


@pytest.mark.parametrize("skew", [timedelta(minutes=6), timedelta(minutes=-6)])
def test_a_time_that_is_not_now_is_refused(skew: timedelta) -> None:
    authority = local_authority()
    assert "seal.time-stamp-wrong-time" in refusal(authority, authority.time_stamp, skew=skew)
