"""One loan contract whose borrower signs with a key of the registry, and the registry's entries: what a verifier is given.

Promises: as evidence_material: all real keys, sound in every part but where a `KeyPlan` says otherwise, before it is hashed.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256

from ledger.core.agreements.consent import CONSENT_SHA256
from ledger.core.agreements.parties import Signer, SignerRole
from ledger.core.evidence.package import Package
from ledger.core.evidence.trust import TrustPolicy
from ledger.core.log.checkpoint import Checkpoint
from ledger.core.log.entry import Actor, Draft, Subject, draft_entry, signed_part, with_signature
from ledger.core.log.hashing import leaf_hash
from ledger.core.log.keys import Enrolment, Owner, OwnerKind, ProofGrade, Purpose, facts_of, pen_of
from ledger.core.log.proofs import inclusion_path
from ledger.core.log.receipt import Receipt
from signing.algorithms import PublicKey, Suite
from signing.canonical import Json
from signing.envelope import Signature
from signing.keys.signer import Ed25519Signer
from signing.keys.software_pens import OneTimeKey, SoftwarePasskey
from signing.statement import Statement
from signing.statement_parts import Head, SeenCheckpoint
from support.evidence_material import (
    AGREEMENT,
    CHAIN_ID,
    FILE,
    INSTITUTION,
    LEADING,
    TERMS,
    Plan,
    anchor_of,
    note_of,
    policy_of,
)
from support.fixed_keys import ORIGIN
from support.trees import leaves_of, naive_root, reader_of

RP_ID, PAGE = "sign.lender.example", "https://sign.lender.example"
BLOCK_TIME = datetime.fromtimestamp(1_795_446_245, UTC)  # of the final block that anchors everything
INSTITUTION_KEY = Ed25519Signer(bytes([9]) * 32, purpose="institution")
PASSKEY = SoftwarePasskey(bytes([8]) * 32, rp_id=RP_ID, origin=PAGE)
ONE_TIME = OneTimeKey(bytes([7]) * 32)


@dataclass(frozen=True, kw_only=True)
class KeyPlan:
    """What differs from the sound contract: the pen, what the agreement names, the registry's entries and where they stand."""

    pen: SoftwarePasskey | OneTimeKey = PASSKEY
    named: bool = False  # the agreement itself names the key
    grade: ProofGrade = ProofGrade.LENDERS_WORD
    purpose: Purpose = Purpose.SIGN
    facts: Mapping[str, Json] = field(default_factory=dict)  # of the enrolment
    revoked: Mapping[str, Json] | None = None  # facts of the revocation
    revoked_first: bool = False  # before the signature
    enrolled_last: bool = False  # after the signature
    signer: Ed25519Signer = INSTITUTION_KEY
    enrolled_type: str = "key.enrolled"
    revoked_type: str = "key.revoked"
    revocations: int = 1
    subject: str | None = None  # instead of the key's id
    registry: str = ORIGIN  # the log that the registry's entries name
    is_early: bool = False  # the registry's receipts stand under a checkpoint from before the signature


@dataclass(frozen=True)
class KeyBuilt:
    package: Package
    policy: TrustPolicy
    key: PublicKey


class _Log:
    """Entries in the order of the log, each subject counted and chained."""

    def __init__(self) -> None:
        self.origin = ORIGIN
        self.lines: list[tuple[bytes, tuple, str]] = []  # type: ignore[type-arg]  # entry, openings, subject kind
        self._heads: dict[tuple[str, str], tuple[int, bytes]] = {}

    def head(self, kind: str, subject: str) -> tuple[int, bytes]:
        return self._heads[kind, subject]

    def add(self, entry_type: str, kind: str, subject: str, parts: tuple[dict[str, Json], dict[str, Json]], signer: Ed25519Signer | None = None) -> None:  # fmt: skip
        n, prev = self._heads.get((kind, subject), (0, None))
        place, (public, private) = len(self.lines), parts
        shared: dict[str, Json] = {"document": {"sha256": FILE.sha256.hex(), "bytes": FILE.byte_length}}
        draft = Draft(
            type=entry_type,
            id=f"01936f2e-8a40-7c11-b1aa-5d0c3e9f7b{place:02x}",
            at=f"2026-11-23T15:04:{place:02}.000Z",
            log=self.origin,
            institution=INSTITUTION,
            actor=Actor("p-1", "officer"),
            subject=Subject(kind, subject, n + 1, prev),
            public=public,
            committed=shared if kind == "agreement" else {},
            private=private,
        )
        salts = b"".join(sha256(b"%d %d" % (place, salt)).digest() for salt in range(draft.salt_bytes // 32))
        entry, openings = draft_entry(draft, salts)
        if signer is not None:
            value = signer.sign(signed_part(entry))
            entry = with_signature(entry, Signature(Suite.ED25519, signer.public.key_id, value).to_json())
        data = entry.to_bytes()
        self._heads[kind, subject] = n + 1, leaf_hash(data)
        self.lines.append((data, openings, kind))


def build_keys(plan: KeyPlan | None = None) -> KeyBuilt:
    plan = plan or KeyPlan()
    log = _Log()
    subject = plan.subject or plan.pen.public.key_id
    steps: list[Callable[[], None]] = [
        *([] if plan.enrolled_last else [lambda: _enrol(log, plan, subject)]),
        lambda: _create(log, plan),
        *([lambda: _revoke(log, plan, subject)] if plan.revoked_first else []),
        lambda: _sign(log, plan),
        *([lambda: _enrol(log, plan, subject)] if plan.enrolled_last else []),
        *([] if plan.revoked_first else [lambda: _revoke(log, plan, subject)]),
    ]
    for step in steps:
        step()
    leaves = leaves_of(LEADING) + [leaf_hash(data) for data, _, _ in log.lines] + leaves_of(3, seed=1)
    anchor = anchor_of(Checkpoint(ORIGIN, len(leaves), naive_root(leaves)), Plan())
    receipts: dict[str, list[Receipt]] = {"agreement": [], "key": []}
    for place, (data, openings, kind) in enumerate(log.lines):
        size = LEADING + 1 if plan.is_early and kind == "key" else len(leaves)
        seen = leaves[:size]
        receipts[kind].append(
            Receipt(
                entry=data,
                index=LEADING + place,
                path=tuple(inclusion_path(LEADING + place, size, reader_of(seen))),
                checkpoint=note_of(Checkpoint(ORIGIN, size, naive_root(seen)), ()),
                openings=openings,
                anchor=anchor if size == len(leaves) else None,
                self_operated=False,
            )
        )
    policy = policy_of(anchor, Plan())
    return KeyBuilt(
        Package(AGREEMENT, tuple(receipts["agreement"]), keys=tuple(receipts["key"])), policy, plan.pen.public
    )


def _create(log: _Log, plan: KeyPlan) -> None:
    key = plan.pen.public if plan.named else None
    signer = Signer(id="s-1", role=SignerRole.BORROWER, name="王小明", key=key)
    log.add(
        "agreement.created", "agreement", AGREEMENT, ({}, {"terms": TERMS.to_json(), "parties": [signer.to_json()]})
    )


def _enrol(log: _Log, plan: KeyPlan, subject: str) -> None:
    key = plan.pen.public
    enrolment = Enrolment(key=key, purpose=plan.purpose, pen=pen_of(key.suite), provider="lender", grade=plan.grade)
    facts = {**facts_of(enrolment), **plan.facts}
    owner = Owner(OwnerKind.CUSTOMER, "c-1").to_json()
    log.origin = plan.registry
    log.add(plan.enrolled_type, "key", subject, (facts, {"owner": owner}), plan.signer)
    log.origin = ORIGIN


def _revoke(log: _Log, plan: KeyPlan, subject: str) -> None:
    if plan.revoked is not None:
        for _ in range(plan.revocations):
            log.add(plan.revoked_type, "key", subject, (dict(plan.revoked), {}), plan.signer)


def _sign(log: _Log, plan: KeyPlan) -> None:
    n, leaf = log.head("agreement", AGREEMENT)
    statement = Statement(
        agreement=AGREEMENT,
        document_sha256=FILE.sha256,
        document_bytes=FILE.byte_length,
        terms_sha256=TERMS.sha256(),
        consent_sha256=CONSENT_SHA256,
        signer="s-1",
        role="borrower",
        key_id=plan.pen.public.key_id,
        head=Head(n, leaf),
        checkpoint=SeenCheckpoint(LEADING, naive_root(leaves_of(LEADING))),
        chain_id=CHAIN_ID,
        log=ORIGIN,
        nonce=bytes(32),
        expires_at="2026-11-30T00:00:00.000Z",
    )
    pen = plan.pen
    value = pen.sign(statement.digest) if isinstance(pen, SoftwarePasskey) else pen.sign(statement.to_bytes())
    signature = Signature(pen.public.suite, pen.public.key_id, value)
    values: dict[str, Json] = {
        "statement": statement.to_bytes().decode(),
        "signature": signature.to_json(),
        "signer": "s-1",
        **({} if plan.named else {"key": pen.public.to_json()}),
    }
    log.add("agreement.signed", "agreement", AGREEMENT, ({}, values))
