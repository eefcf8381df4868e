"""The part of answer 2 that is about keys: enrolled on whose word, revoked or not when the signature was made, used on whose pages.

Promises: a key is judged by the registry entries at hand, at the signature's proven time; what is not shown is "not checked".
Leaves to others: whether the signature itself holds (signature_answer), and revocations after the evidence was made (answer 10).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from types import MappingProxyType
from typing import Final

from ledger.core.agreements.parties import Signer
from ledger.core.evidence.answers import Reason, no, not_checked, yes
from ledger.core.evidence.key_records import KeyHistory
from ledger.core.evidence.signed_records import Signed
from ledger.core.evidence.trust import TrustPolicy
from ledger.core.log.keys import Enrolment, Purpose
from ledger.core.log.revocation import Proven, RevocationList, Standing, judge
from signing.algorithms import Suite
from signing.webauthn import RP_HASH_BYTES, origin_of


@dataclass(frozen=True, kw_only=True)
class Registry:
    """The key histories at hand, and until when each signature's record was provably there (by its number)."""

    keys: Mapping[str, KeyHistory]
    proven: Mapping[int, datetime]


NO_REGISTRY: Final = Registry(keys=MappingProxyType({}), proven=MappingProxyType({}))


def judge_key(signed: Signed, party: Signer, registry: Registry, *, is_named: bool) -> Iterator[Reason]:
    """Return what the registry says of the key of a signature that holds; `is_named`: the agreement itself names the key."""
    key_id, n = party.pen.key_id, signed.record.n
    history = registry.keys.get(key_id)
    if history is None:
        if not is_named:
            yield not_checked("keys.not-shown", key_id=key_id, name=party.name)
        return
    if history.enrolment is None:
        yield no("keys.refused", key_id=key_id, cause=history.cause)
    elif history.log != signed.record.entry.log:  # one place in each of two logs says nothing about before and after
        yield no("keys.refused", key_id=key_id, cause="key.other-log")
    elif not history.is_logged:
        yield not_checked("keys.unproven", key_id=key_id)
    elif history.enrolment.purpose is not Purpose.SIGN:
        yield no("keys.login", key_id=key_id, n=n)
    elif not is_named and history.enrolled_index > signed.record.receipt.index:
        yield no("keys.enrolled-later", key_id=key_id, n=n)
    else:
        yield from _word(history.enrolment, history)
        yield from _standing(signed, history, registry)


def _word(enrolment: Enrolment, history: KeyHistory) -> Iterator[Reason]:
    key_id = enrolment.key.key_id
    at = history.records[0].entry.at
    yield yes(f"keys.{enrolment.grade}", key_id=key_id, provider=enrolment.provider, at=at)
    if enrolment.is_weak:
        yield yes("keys.weaker", key_id=key_id)


def _standing(signed: Signed, history: KeyHistory, registry: Registry) -> Iterator[Reason]:
    index, revocation = signed.record.receipt.index, history.revocation
    known = RevocationList(revocation, reaches=history.reach > index)
    standing = judge(known, Proven(index=index, by=registry.proven.get(signed.record.n)))
    key_id, n = history.records[0].entry.subject.id, signed.record.n
    if standing is Standing.NOT_CHECKED:
        yield not_checked("keys.list-too-old", key_id=key_id, n=n)
    elif revocation is not None:
        ground = revocation.ground.value
        if standing is Standing.BAD:
            yield no("keys.revoked", key_id=key_id, n=n, ground=ground)
        elif standing is Standing.UNPROVEN:
            yield not_checked("keys.time-unproven", key_id=key_id, n=n, ground=ground)
        else:
            yield yes("keys.revoked-later", key_id=key_id, n=n, ground=ground)


def judge_pages(signed: Signed, party: Signer, policy: TrustPolicy) -> Iterator[Reason]:
    """Return whether a passkey was used on pages that the trust policy pins; nothing for other pens."""
    key = party.pen
    if key.suite is not Suite.WEBAUTHN:
        return
    origin = origin_of(signed.signature.value)
    if not policy.pages:
        yield not_checked("keys.pages-not-pinned", key_id=key.key_id, origin=origin)
        return
    mine = [pages for pages in policy.pages if sha256(pages.rp_id.encode()).digest() == key.raw[:RP_HASH_BYTES]]
    if not any(origin in pages.origins for pages in mine):
        yield no("keys.other-pages", key_id=key.key_id, origin=origin)
