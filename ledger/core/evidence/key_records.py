"""What the entries of a key show: its enrolment and, where there is one, its revocation.

Promises: an enrolment counts only where its entry names the very key of its subject and, where the trust policy pins the
institution's keys, carries a signature by one of them; a revocation must follow it. Leaves to others: judging signatures by it
(key_answer).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ledger.core.evidence.records import Record
from ledger.core.evidence.trust import TrustPolicy
from ledger.core.log.entry import DIRECTORY_KIND, SIGNATURE_FIELD, Entry, directory_payload
from ledger.core.log.keys import ENROLLED, REVOKED, SUBJECT_KIND, Enrolment, read_enrolment
from ledger.core.log.revocation import Revocation, read_revocation
from ledger.errors import LedgerError, VerificationFailed
from signing.envelope import Signature
from signing.errors import SigningError
from signing.verify import check_bytes_signature

_CODE = "key.malformed-entry"


@dataclass(frozen=True, kw_only=True)
class KeyHistory:
    """All that is at hand about one key; `cause` is why its entries are refused, empty where they hold."""

    records: tuple[Record, ...]
    enrolment: Enrolment | None
    revocation: Revocation | None
    cause: str = ""

    @property
    def is_logged(self) -> bool:
        return all(record.is_logged for record in self.records)

    @property
    def reach(self) -> int:
        """Up to which size of the log these entries are all there is, on the operator's word."""
        return max((record.checkpoint.size for record in self.records if record.checkpoint), default=0)

    @property
    def log(self) -> str:
        return self.records[0].entry.log

    @property
    def enrolled_index(self) -> int:
        return self.records[0].receipt.index


def read_keys(records: Sequence[Record], policy: TrustPolicy) -> Mapping[str, KeyHistory]:
    """Return the history of each key that these records are about, by key id; what is no key's entry is passed over."""
    by_key: dict[str, list[Record]] = {}
    for record in sorted(records, key=lambda item: item.n):
        if record.entry.subject.kind == SUBJECT_KIND:
            by_key.setdefault(record.entry.subject.id, []).append(record)
    return {key_id: _history(tuple(found), policy) for key_id, found in by_key.items()}


def _history(records: tuple[Record, ...], policy: TrustPolicy) -> KeyHistory:
    try:
        return KeyHistory(
            records=records, enrolment=_enrolment(records, policy), revocation=_revocation(records, policy)
        )
    except (LedgerError, SigningError) as error:
        return KeyHistory(records=records, enrolment=None, revocation=None, cause=error.code)


def _enrolment(records: tuple[Record, ...], policy: TrustPolicy) -> Enrolment:
    first = records[0].entry
    if first.type != ENROLLED or first.subject.n != 1:
        raise VerificationFailed(_CODE, "expected the entry that enrolled the key")
    check_directory(first, policy)
    enrolment = read_enrolment(first.public)
    if enrolment.key.key_id != first.subject.id:
        raise VerificationFailed(_CODE, "expected the enrolment of the key that the entry is about")
    return enrolment


def _revocation(records: tuple[Record, ...], policy: TrustPolicy) -> Revocation | None:
    if len(records) == 1:
        return None
    first, second = records[0], records[1].entry
    if len(records) > 2 or second.type != REVOKED or second.subject.prev != first.leaf:  # noqa: PLR2004  # enrolled, revoked
        raise VerificationFailed(_CODE, "expected one revocation, right after the enrolment")
    check_directory(second, policy)
    return read_revocation(second.public, recorded_at=second.at, index=records[1].receipt.index)


def check_directory(entry: Entry, policy: TrustPolicy) -> None:
    """Raise unless one of the keys that the trust policy pins for the institution signed this entry; nothing where it pins none."""
    pinned = policy.pinned_keys(policy.institution_of(entry.log))
    if not pinned:
        return
    signature = Signature.from_json(entry.public.get(SIGNATURE_FIELD))
    key = next((key for key in pinned if key.key_id == signature.key_id), None)
    if key is None:
        raise VerificationFailed("signature.wrong-key", "expected a signature by a key that the trust policy pins")
    check_bytes_signature(DIRECTORY_KIND, directory_payload(entry), signature, key)
