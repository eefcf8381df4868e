"""A small consortium with published keys: three evaluators (2 of 3), one registry, two institutions, and a list.

Everything is deterministic: it protects nothing, and the examples in docs/formats are made of it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256, sha512

from ledger.core.blacklist.checks import (
    CheckAnswer,
    CheckRequest,
    Item,
    SignedAnswer,
    SignedRequest,
    applicant_commitment,
    consent_commitment,
    request_hash,
)
from ledger.core.blacklist.epochs import Epoch, Evaluator, Plan, SignedEpoch
from ledger.core.blacklist.identifiers import Identifier, Purpose, parse_identifier
from ledger.core.blacklist.judging import CheckPolicy
from ledger.core.blacklist.listings import Severity, Standard
from ledger.core.blacklist.receipts import CheckOpening, CheckReceipt
from ledger.core.blacklist.signed import Record, Signed, signed_bytes
from ledger.core.blacklist.sorted_leaves import SortedLeaves
from ledger.core.blacklist.tokens import Name, Question, ask, name_of
from ledger.core.blacklist.tree import Root, Token
from ledger.core.blacklist.versions import SignedVersion, Version, next_version
from ledger.core.log.directory import format_instant
from ledger.partner.listing import Statement
from signing.canonical import Json, encode
from signing.envelope import Signature
from signing.keys.signer import Ed25519Signer
from signing.oprf.group import scalar_from_uniform
from signing.oprf.protocol import evaluate
from signing.oprf.sharing import commit
from signing.oprf.stretch import Stretch
from signing.oprf.threshold import MODE
from support.oprf import SharedKey, part_of, scalar_named, shared_key

NOW = datetime(2026, 11, 26, 9, 30, tzinfo=UTC)
TODAY = NOW.date()
LISTED = parse_identifier("cn-id", "11010519491231002X", date(2026, 11, 26))
CLEAN = parse_identifier("cn-uscc", "91350100M000100Y43", date(2026, 11, 26))
OTHER = parse_identifier("phone", "13812345678", date(2026, 11, 26))
STATEMENT = Statement(
    reason="forged-identity",
    standard=Standard.DOCUMENTED,
    severity=Severity.HIGH,
    evidence=sha256(b"the file that the lister keeps").digest(),
    contact="fraud desk, +86 10 6552 9988",
)
APPLICATION = "DEMO-2026-000017"
CONSENT = sha256(b"the consent as the applicant signed it").digest()
STRETCH = Stretch(memory_kib=8, passes=1, salt=bytes(range(16)))  # as cheap as it gets: tests guess nothing


def signer(name: str, purpose: str = "evaluator") -> Ed25519Signer:
    return Ed25519Signer(sha256(b"published test key: " + name.encode()).digest(), purpose=purpose)


def sign(record: Record, key: Ed25519Signer) -> Signature:
    return Signature(key.public.suite, key.public.key_id, key.sign(signed_bytes(record)))


REGISTRY = signer("registry", "registry")
PARTNER = signer("partner", "blacklist-partner")
EVALUATORS = {index: signer(f"evaluator {index}") for index in (1, 2, 3)}


YEARS = ("2026-01-01T00:00:00.000Z", "2027-01-31T00:00:00.000Z")  # from when, and until when the epoch is open


def plan_of(
    threshold: int = 2,
    number: int = 1,
    evaluators: Mapping[int, Ed25519Signer] = EVALUATORS,
    opened: tuple[str, str] = YEARS,
) -> Plan:
    return Plan(
        consortium="test.consortium.example",
        purpose=Purpose.BLACKLIST,
        number=number,
        threshold=threshold,
        evaluators=tuple(Evaluator(index, f"inst-{index}", key.public) for index, key in evaluators.items()),
        stretch=STRETCH,
        opens_at=opened[0],
        closes_at=opened[1],
    )


@dataclass(frozen=True)
class Consortium:
    """An epoch with its key, and a list whose leaves are known."""

    key: SharedKey
    signed_epoch: SignedEpoch
    leaves: SortedLeaves
    version: SignedVersion

    @property
    def epoch(self) -> Epoch:
        return self.signed_epoch.epoch

    @property
    def policy(self) -> CheckPolicy:
        return CheckPolicy(
            epochs={self.epoch.id: self.epoch},
            registries=(REGISTRY.public,),
            institutions={"inst-1": PARTNER.public},
        )

    def name(self, identifier: Identifier) -> Name:
        """Return a subject's name as the whole key gives it."""
        return name_of(identifier.purpose, evaluate(MODE, self.key.secret, STRETCH(identifier.to_bytes())))

    def question(self, identifier: Identifier) -> Question:
        return ask(identifier, STRETCH, scalar_from_uniform(sha512(identifier.to_bytes()).digest()))


def value_named(name: str) -> bytes:
    return sha256(f"what is said: {name}".encode()).digest()


def consortium(
    listed: Iterable[Identifier] = (LISTED,), *, threshold: int = 2, opened: tuple[str, str] = YEARS
) -> Consortium:
    key = shared_key(threshold, 3)
    epoch = Epoch(
        plan_of(threshold, opened=opened), commit([scalar_named(f"blacklist {power}") for power in range(threshold)])
    )
    signed = SignedEpoch(epoch, tuple(sign(epoch, each) for each in EVALUATORS.values()))
    bare = Consortium(key, signed, SortedLeaves(b""), _version(epoch, SortedLeaves(b""), None))
    names = {bare.name(identifier).token: value_named(identifier.kind) for identifier in listed}
    padding = {Token(sha256(f"padding {n}".encode()).digest()): value_named(str(n)) for n in range(40)}
    leaves = SortedLeaves(bare.leaves.changed({**padding, **names}))
    return replace(bare, leaves=leaves, version=_version(epoch, leaves, bare.version.record))


def _version(epoch: Epoch, leaves: SortedLeaves, before: Version | None) -> SignedVersion:
    at = format_instant(NOW - timedelta(minutes=5))
    record = next_version(epoch.id, before, root=Root(leaves.root()), count=len(leaves), at=at)
    return Signed(record, sign(record, REGISTRY))


def request_about(group: Consortium, identifier: Identifier, *, application: str = APPLICATION) -> CheckRequest:
    salt = salt_of(identifier)
    item = Item(
        blinded=group.question(identifier).blinded,
        applicant=applicant_commitment(application, identifier.to_bytes(), salt),
        consent=consent_commitment(application, CONSENT, salt),
    )
    version = group.version.record
    return CheckRequest(
        epoch=group.epoch.id,
        institution="inst-1",
        reason="loan-application",
        version=version.number,
        root=version.root,
        items=(item,),
        at=format_instant(NOW),
        nonce=sha256(b"nonce" + identifier.to_bytes()).digest(),
    )


def salt_of(identifier: Identifier) -> bytes:
    return sha256(b"salt" + identifier.to_bytes()).digest()


def signed_request(request: CheckRequest) -> SignedRequest:
    return Signed(request, sign(request, PARTNER))


def answer_of(group: Consortium, request: CheckRequest, index: int) -> CheckAnswer:
    part = part_of(index, group.key.shares[index], request.blinded)
    return CheckAnswer(
        request=request_hash(request),
        evaluator=index,
        epoch=group.epoch.id,
        threshold=group.epoch.plan.threshold,
        newest=group.version.record.number,
        at=format_instant(NOW),
        elements=part.elements,
        proof=part.proof,
    )


def signed_answer(answer: CheckAnswer, key: Ed25519Signer | None = None) -> SignedAnswer:
    return Signed(answer, sign(answer, key or EVALUATORS[answer.evaluator]))


def receipt_about(group: Consortium, identifier: Identifier, places: Iterable[int] = (1, 3)) -> CheckReceipt:
    request = request_about(group, identifier)
    answers = tuple(signed_answer(answer_of(group, request, index)) for index in places)
    return CheckReceipt(signed_request(request), answers, group.version)


def opening_of(group: Consortium, receipt: CheckReceipt, identifier: Identifier) -> CheckOpening:
    return CheckOpening(
        receipt=receipt.sha256,
        item=0,
        identifier_kind=str(identifier.kind),
        identifier=identifier.value,
        factor=group.question(identifier).factor,
        application=APPLICATION,
        consent_sha256=CONSENT,
        salt=salt_of(identifier),
        proof=group.leaves.prove(group.name(identifier).token),
    )


def blacklist_example(name: str) -> str:
    """Return the example at the head of one of the blacklist's formats, ended by a newline."""
    group = consortium()
    receipt = receipt_about(group, CLEAN)
    leaves: list[Json] = [{"token": leaf.token.hex(), "value": leaf.value.hex()} for leaf in list(group.leaves)[:3]]
    small = SortedLeaves(b"".join(leaf.token + leaf.value for leaf in list(group.leaves)[:3]))
    listed, absent = next(iter(small)).token, Token(sha256(b"absent").digest())
    made: dict[str, Json] = {
        "token-tree": {
            "leaves": leaves,
            "root": small.root().hex(),
            "listed": {"token": listed.hex(), "proof": small.prove(listed).to_json()},
            "absent": {"token": absent.hex(), "proof": small.prove(absent).to_json()},
        },
        "blacklist-epoch": group.signed_epoch.to_json(),
        "check-request": receipt.request.to_json(),
        "check-receipt": receipt.to_json(),
    }
    text = LISTED.to_bytes() if name == "subject" else encode(made[name])
    return text.decode() + "\n"
