"""What the rules of approvals cost: one decision, and the replay of a hundred thousand loans from the log.

Measured: `take`, which is what `decide()` adds for one more decision, by itself; then the service behind `tally audit approvals` over loans
that were each entered, submitted and approved by two people: every entry parsed, every field opened and held against its commitment, every
signature checked, every decision taken again; a long log is read by a second process while the first replays, and seconds are of the clock.
Beside: checking one Ed25519 signature of a decision, and all of them.
"""

import os
import time
from collections.abc import Callable, Sequence
from functools import partial

from api.commands.audit_approvals import uncollected
from benchmarks.audit import reopen
from benchmarks.ledgers import new_ledger
from benchmarks.loans import decided_loans
from benchmarks.measuring import Aim, Figure, Run, note, temporary_folder
from ledger.core.applications.decide import Actor, Decision, Progress, Review, Verdict, take
from ledger.core.applications.default_policy import DEFAULT_POLICY
from ledger.services.applications.audit_approvals import audit_approvals
from signing.algorithms import check_ed25519
from signing.keys.signer import Ed25519Signer
from support.decisions import NOW

LOANS, SIZE, QUICK_SIZE = 100_000, 100_000, 1_000
REPLAY_AIM = Aim(60, "most")
ROUNDS = 20_000
DECISIONS = 2  # of each loan


def measure(run: Run) -> Sequence[Figure]:
    """Return microseconds of a decision, and seconds of the replay; of fewer loans extrapolated, and labelled so."""
    size = QUICK_SIZE if run.quick else SIZE
    signature = _signature_seconds()
    with temporary_folder() as folder, new_ledger(folder) as ledger:
        note(f"making {size:,} decided loans")
        decided_loans(ledger, folder, size)
        note("replaying them")
        started = time.perf_counter()
        with uncollected():
            report = audit_approvals(ledger.stores, reopen=partial(reopen, folder))
        seconds = (time.perf_counter() - started) * LOANS / size
    if report.findings or report.applications != size or report.decisions != DECISIONS * size:
        message = f"expected {size} loans without a finding, got {report.applications}, {report.findings[:1]}"
        raise RuntimeError(message)
    how = "" if size == LOANS else f" (extrapolated from {size:,})"
    return [
        Figure(
            name="one decision by the rules",
            value=_decision_seconds() * 1e6,
            unit="µs",
            baseline=signature * 1e6,
            baseline_name="one signature checked",
        ),
        Figure(
            name=f"replay of {LOANS:,} loans{how}",
            value=seconds,
            unit="s",
            baseline=signature * LOANS * DECISIONS,
            baseline_name="their signatures checked",
            aim=REPLAY_AIM,
        ),
    ]


def _decision_seconds() -> float:
    review = Review(
        content_sha256=bytes(32),
        path=DEFAULT_POLICY.paths["two"],
        amount=10_000_000,
        currency="CNY",
        own=frozenset({"otto"}),
    )
    actor = Actor(id="olga", roles=frozenset({"officer"}))
    decision = Decision(actor=actor, verdict=Verdict.APPROVE, content_sha256=bytes(32), at=NOW)
    return _each(lambda: take(review, Progress(), decision), ROUNDS)


def _signature_seconds() -> float:
    key = Ed25519Signer(bytes(32), purpose="decide")
    data = os.urandom(1_000)
    value, raw = key.sign(data), key.public.raw
    return _each(lambda: check_ed25519(raw, data, value), ROUNDS // 10)


def _each(work: Callable[[], object], rounds: int) -> float:
    started = time.process_time()
    for _ in range(rounds):
        work()
    return (time.process_time() - started) / rounds
