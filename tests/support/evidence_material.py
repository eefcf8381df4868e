"""One signed loan contract with everything a verifier is given: entries, receipts, chain proof, trust policy, all with real keys.

Promises: `build(Plan())` is sound in every part; a Plan changes one thing *before* it is hashed and signed, so that a test can
show what a lying signer or lender would have recorded. What changes afterwards is up to the test.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from hashlib import sha256

from ledger.core.agreements.consent import CONSENT_SHA256
from ledger.core.agreements.currency import Money
from ledger.core.agreements.parties import Signer, SignerRole
from ledger.core.agreements.terms import Terms
from ledger.core.evidence.answers import AnswerName
from ledger.core.evidence.chain_proof import head_slot, read_header
from ledger.core.evidence.document_answer import FileFacts
from ledger.core.evidence.package import Package
from ledger.core.evidence.trust import PinnedHeader, TrustedChain, TrustedLog, TrustedWitness, TrustPolicy
from ledger.core.log.checkpoint import Checkpoint
from ledger.core.log.commitment import Opening
from ledger.core.log.entry import Actor, Draft, Subject, draft_entry
from ledger.core.log.hashing import leaf_hash
from ledger.core.log.note import Note, VerifierKey, format_note, sign_note
from ledger.core.log.proofs import inclusion_path
from ledger.core.log.receipt import Receipt
from ledger.core.log.receipt_chain import AnchorFact, AnchorState, ChainProof
from signing.algorithms import Suite
from signing.canonical import Json
from signing.envelope import Signature
from signing.keys.signer import AnySigner, EvmSigner, open_signer
from signing.statement import Statement
from signing.statement_parts import Head, SeenCheckpoint
from signing.typed_data import typed_digest
from support.fixed_keys import ORIGIN, private_key, verifier_key
from support.state_tries import Trie, account, header, slot_key, storage
from support.trees import leaves_of, naive_root, reader_of

AGREEMENT = "01936f2e-7c1a-7b3a-9d52-0a4f6a1c2e10"
INSTITUTION = "lender-7"
DOCUMENT = b"%PDF-1.7 the loan contract as shown to its signers\n%%EOF\n"
FILE = FileFacts(sha256(DOCUMENT).digest(), len(DOCUMENT))
NOW = datetime(2026, 12, 1, tzinfo=UTC)
CHAIN_ID = 918_273
REGISTRY = bytes([0xAA] * 20)
CODE_HASH = sha256(b"the registry's code").digest()
LOG_ID = sha256(b"the log's id on the chain").digest()
BLOCK = 1234
LEADING = 5  # entries of others before ours
WITNESSES = ("witness.one.example", "witness.two.example")

TERMS = Terms(product="personal-instalment", amount=Money("CNY", 12_500_000), term_months=24, annual_rate="4.35")

_PARTIES = (
    ("s-1", SignerRole.BORROWER, "王小明", Suite.ED25519),
    ("s-2", SignerRole.GUARANTOR, "Li Hua", Suite.EIP712),
    ("s-3", SignerRole.LENDER, "Example Bank", Suite.SECP256K1),
)


def signer_of(place: int) -> AnySigner:
    return open_signer(_PARTIES[place][3], sha256(b"published signer %d" % place).digest(), purpose="signer")


def party(place: int) -> Signer:
    signer_id, role, name, _ = _PARTIES[place]
    return Signer(id=signer_id, role=role, name=name, key=signer_of(place).public)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What differs from the sound agreement.

    statements: changes to the fields of the statement of the entry with number n, before it is signed.
    values: committed values that replace the right ones, by (n, field).
    """

    statements: Mapping[int, Mapping[str, object]] = field(default_factory=dict)
    values: Mapping[tuple[int, str], Json] = field(default_factory=dict)
    types: Mapping[int, str] = field(default_factory=dict)
    subjects: Mapping[int, Subject] = field(default_factory=dict)
    times: Mapping[int, str] = field(default_factory=dict)
    signers: Sequence[int] = (0, 1, 2)
    log: str = ORIGIN
    witnesses: Sequence[str] = ()
    flags: int = 0
    generation: int = 1
    anchored_size: int | None = None
    anchored_root: bytes | None = None


@dataclass(frozen=True)
class Built:
    package: Package
    policy: TrustPolicy
    leaves: tuple[bytes, ...]

    @property
    def material(self) -> bytes:
        return self.package.to_bytes()

    def with_receipt(self, n: int, **changes: object) -> bytes:
        """Return the package with one receipt changed after the fact."""
        receipts = list(self.package.receipts)
        receipts[n - 1] = replace(receipts[n - 1], **changes)  # type: ignore[arg-type]  # tests name real fields
        return replace(self.package, receipts=tuple(receipts)).to_bytes()

    def openings(self, n: int, *without: str) -> tuple[Opening, ...]:
        return tuple(opening for opening in self.package.receipts[n - 1].openings if opening.field not in without)


@dataclass(frozen=True)
class _Line:
    entry: bytes
    openings: tuple[Opening, ...]


def build(plan: Plan | None = None) -> Built:
    plan = plan or Plan()
    leaves = leaves_of(LEADING)
    lines = [_created(plan)]
    for n, place in enumerate(plan.signers, start=2):
        lines.append(_signed(plan, n, place, lines))
    leaves += [leaf_hash(line.entry) for line in lines] + leaves_of(3, seed=1)
    checkpoint = Checkpoint(plan.log, len(leaves), naive_root(leaves))
    note, anchor = note_of(checkpoint, plan.witnesses), anchor_of(checkpoint, plan)
    receipts = tuple(
        Receipt(
            entry=line.entry,
            index=LEADING + place,
            path=tuple(inclusion_path(LEADING + place, len(leaves), reader_of(leaves))),
            checkpoint=note,
            openings=line.openings,
            anchor=anchor,
            self_operated=False,
        )
        for place, line in enumerate(lines)
    )
    return Built(Package(AGREEMENT, receipts), policy_of(anchor, plan), tuple(leaves))


def wide_policy(built: Built) -> TrustPolicy:
    """Return a policy that requires all that can be had here."""
    names = AnswerName.BYTES, AnswerName.SIGNATURES, AnswerName.LOG, AnswerName.APPEND_ONLY, AnswerName.CHAIN
    return replace(built.policy, required=frozenset({*names, AnswerName.ERASED}))


def _created(plan: Plan) -> _Line:
    values: dict[str, Json] = {
        "number": "LC-2026-000123",
        "terms": TERMS.to_json(),
        "parties": [party(place).to_json() for place in range(len(_PARTIES))],
    }
    return _line(plan, 1, values, ())


def _signed(plan: Plan, n: int, place: int, earlier: Sequence[_Line]) -> _Line:
    # the first two were sent out together and saw the creation only; the lender saw both signatures
    seen = 1 if n < 4 else 3
    facts: dict[str, object] = {
        "agreement": AGREEMENT,
        "document_sha256": FILE.sha256,
        "document_bytes": FILE.byte_length,
        "terms_sha256": TERMS.sha256(),
        "consent_sha256": CONSENT_SHA256,
        "signer": party(place).id,
        "role": party(place).role.value,
        "key_id": party(place).pen.key_id,
        "head": Head(seen, leaf_hash(earlier[min(seen, len(earlier)) - 1].entry)),
        "checkpoint": SeenCheckpoint(LEADING, naive_root(leaves_of(LEADING))),
        "chain_id": CHAIN_ID,
        "log": plan.log,
        "nonce": sha256(b"nonce %d" % n).digest(),
        "expires_at": "2026-11-30T00:00:00.000Z",
    }
    statement = Statement(**(facts | dict(plan.statements.get(n, {}))))  # type: ignore[arg-type]  # tests name real fields
    values: dict[str, Json] = {
        "statement": statement.to_bytes().decode(),
        "signature": sign(statement, signer_of(place)).to_json(),
        "signer": party(place).id,
    }
    return _line(plan, n, values, earlier)


def sign(statement: Statement, signer: AnySigner) -> Signature:
    if isinstance(signer, EvmSigner):
        value = signer.sign_digest(typed_digest(*statement.typed_data()))
    else:
        value = signer.sign(statement.to_bytes())
    return Signature(signer.public.suite, signer.public.key_id, value)


def _line(plan: Plan, n: int, values: Mapping[str, Json], earlier: Sequence[_Line]) -> _Line:
    prev = leaf_hash(earlier[-1].entry) if earlier else None
    document: Json = {"sha256": FILE.sha256.hex(), "bytes": FILE.byte_length}
    changed = {name: value for (place, name), value in plan.values.items() if place == n}
    draft = Draft(
        type=plan.types.get(n, "agreement.signed" if n > 1 else "agreement.created"),
        id=f"01936f2e-8a40-7c11-b1aa-5d0c3e9f7a{n:02x}",
        at=plan.times.get(n, f"2026-11-23T15:04:{n:02}.000Z"),
        log=plan.log,
        institution=INSTITUTION,
        actor=Actor(f"p-{n}", "officer"),
        subject=plan.subjects.get(n, Subject("agreement", AGREEMENT, n, prev)),
        public={},
        committed={"document": changed.pop("document", document)},
        private={**values, **changed},
    )
    salts = b"".join(sha256(b"salt %d %d" % (n, place)).digest() for place in range(draft.salt_bytes // 32))
    entry, openings = draft_entry(draft, salts)
    return _Line(entry.to_bytes(), openings)


def note_of(checkpoint: Checkpoint, witnesses: Sequence[str]) -> bytes:
    text = checkpoint.body().decode()
    names = (checkpoint.origin, *witnesses)
    return format_note(Note(text, tuple(sign_note(text, verifier_key(name), private_key(name).sign) for name in names)))


def anchor_of(checkpoint: Checkpoint, plan: Plan) -> AnchorFact:
    slot, size = head_slot(LOG_ID), plan.anchored_size or checkpoint.size
    packed = size | 1_795_446_245 << 64 | plan.flags << 128 | plan.generation << 192
    held = storage({slot: packed, slot + 1: int.from_bytes(plan.anchored_root or checkpoint.root, "big"), 9: 9})
    state = Trie({REGISTRY: account(held.root, CODE_HASH), bytes(20): account(held.root, bytes(32))})
    header_rlp = header(BLOCK, state.root)
    proof = ChainProof(
        header_rlp=header_rlp,
        account_proof=state.proof(REGISTRY),
        storage_proofs=(held.proof(slot_key(slot)), held.proof(slot_key(slot + 1))),
        code_hash=CODE_HASH,
    )
    return AnchorFact(
        chain_id=CHAIN_ID,
        registry=REGISTRY,
        log_id=LOG_ID,
        size=checkpoint.size,
        transaction=sha256(b"transaction").digest(),
        block_number=BLOCK,
        block_hash=read_header(header_rlp).hash,
        state=AnchorState.FINAL,
        proof=proof,
    )


def policy_of(anchor: AnchorFact, plan: Plan) -> TrustPolicy:
    chain = TrustedChain(
        chain_id=CHAIN_ID,
        genesis=sha256(b"genesis").digest(),
        registry=REGISTRY,
        code_hash=CODE_HASH,
        log_ids={plan.log: LOG_ID},
        finality=0,
        headers=(PinnedHeader(anchor.block_number, anchor.block_hash),),
    )
    log = TrustedLog(
        origin=plan.log,
        key=verifier_key(plan.log),
        evm_key=None,
        institution=INSTITUTION,
        institution_name="Example Bank",
    )
    witnesses = tuple(witness(name) for name in plan.witnesses)
    return TrustPolicy(logs=(log,), chain=chain, witnesses=witnesses, quorum=len(witnesses))


def witness(name: str, organisation: str | None = None) -> TrustedWitness:
    key: VerifierKey = verifier_key(name)
    return TrustedWitness(name=name, key=key, organisation=organisation or name)
