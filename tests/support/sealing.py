"""Seals made by the real code with a local authority, and authorities that are down, slow to be trusted or lying."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType

from asn1crypto import tsp

from signing.errors import ServiceUnavailable
from signing.keys.local_authority import TIME_STAMP_URL, LocalAuthority, Subject
from signing.keys.seal_key import FileSealKey
from signing.pdf.seal import SealText, SealTools, seal
from support.small_pdfs import small_pdf

TEXT = SealText(name="Demonstration Lender", reason="All parties have signed 各方均已签署")
EVIDENCE = b'{"tag":"tally/evidence/v1"}'
DOWN_URL = "https://tsa-down.example/"
LYING_URL = "https://tsa-lying.example/"
SEAL_LABEL = "seal-TEST"

Answer = Callable[[bytes], bytes]


def now() -> datetime:
    """The real time: certificates are judged by the library's own clock."""
    return datetime.now(UTC)  # noqa: TID251  # the one clock of these tests


def local_authority(seed: int = 1) -> LocalAuthority:
    return LocalAuthority(bytes([seed]) * 32, clock=now)


@dataclass
class Switchboard:
    """A `Web` without a network: addresses of the authority are answered by it, others as told; the rest is unreachable."""

    authority: LocalAuthority
    answers: Mapping[str, Answer] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def ask(self, url: str, body: bytes | None = None, *, media_type: str = "", most_bytes: int) -> bytes:
        del media_type
        self.asked.append(url)
        answer = self.answers[url](body or b"") if url in self.answers else self.authority.answer(url, body or b"")
        if answer is None or len(answer) > most_bytes:
            raise ServiceUnavailable("web.unreachable", f"nobody answers at {url}")
        return answer


def seal_tools(
    authority: LocalAuthority | None = None,
    *,
    urls: Sequence[str] = (TIME_STAMP_URL,),
    answers: Mapping[str, Answer] = MappingProxyType({}),
    roots: Sequence[bytes] = (),
) -> SealTools:
    """Return tools whose certificate and time stamps come from the authority."""
    authority = authority or local_authority()
    key = FileSealKey(bytes([9]) * 32)
    certificate = authority.issue(SEAL_LABEL, Subject("Seal of the Demonstration Lender", key.public_key_info))
    return SealTools(
        name=TEXT.name,
        is_local=True,
        key=key,
        chain=(certificate, authority.root),
        time_stamp_urls=tuple(urls),
        time_stamp_roots=(authority.root, *roots),
        web=Switchboard(authority, answers),
        clock=now,
    )


def sealed_pdf(contract: bytes | None = None, authority: LocalAuthority | None = None) -> bytes:
    """Return a sealed file of a small contract."""
    return seal(contract or small_pdf(), EVIDENCE, seal_tools(authority), TEXT).data


def lying(authority: LocalAuthority, change: Callable[[tsp.TimeStampReq], None]) -> Answer:
    """Return how a time-stamp authority answers that stamps something else than it was asked to."""

    def answer(body: bytes) -> bytes:
        request = tsp.TimeStampReq.load(body)
        change(request)
        return authority.time_stamp(request.dump())

    return answer
