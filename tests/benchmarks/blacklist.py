"""The shared blacklist: what one evaluator answers in a second, what a check costs the asker, what a list of a million takes.

Evaluations are an evaluator's whole arithmetic, proof included, on one core: alone and in batches of a hundred. A check is blinding, holding
two of three answers against their proofs, combining, naming, looking up and proving, without the stretch, which stands beside it. The
sync is what a partner does with the bytes once they came: read in order, hash to the root. Seconds are of processor time, so that other
work on the machine counts less. Keys are of a dealer, which changes nothing.
"""

import hashlib
import os
import time
from collections.abc import Callable, Sequence

import psutil
import rbcl

from benchmarks.measuring import Aim, Figure, Run, note
from ledger.core.blacklist.sorted_leaves import RECORD_BYTES, SortedLeaves
from ledger.core.blacklist.tokens import Question
from ledger.core.blacklist.tree import Token
from signing.keys.evaluators import Share
from signing.oprf.protocol import blind, uniform_factor
from signing.oprf.stretch import STRETCHED_BYTES, Stretch
from signing.oprf.threshold import MODE, check_part, combine
from support.consortium import CLEAN
from support.oprf import shared_key

BATCHED_AIM = Aim(5_000, "least")
CHECK_AIM = Aim(2, "most")
BATCH = 100
LEAVES = 1_000_000


def measure(run: Run) -> Sequence[Figure]:
    """Return evaluations per second, milliseconds of a check, and size, time and memory of a list of a million."""
    seconds, leaves = (0.5, 20_000) if run.quick else (5.0, LEAVES)
    return [*_evaluations(seconds), _check(seconds), *_list(leaves)]


def _evaluations(seconds: float) -> list[Figure]:
    key = shared_key(2, 3)
    share = Share(1, key.shares[1])
    blinded = [blind(MODE, os.urandom(32), uniform_factor(os.urandom(64))) for _ in range(BATCH)]
    bare = _per_second(lambda: rbcl.crypto_scalarmult_ristretto255(key.shares[1], blinded[0]), seconds)
    single = _per_second(lambda: share.evaluate(blinded[:1], os.urandom(32)), seconds)
    batched = _per_second(lambda: share.evaluate(blinded, os.urandom(32)), seconds) * BATCH
    beside = "bare multiplications"
    return [
        Figure(name="evaluations, one by one", value=single, unit="/s", baseline=bare, baseline_name=beside),
        Figure(name="evaluations, batches of 100", value=batched, unit="/s", baseline=bare, baseline_name=beside, aim=BATCHED_AIM),
    ]  # fmt: skip


def _check(seconds: float) -> Figure:
    key, stretch = shared_key(2, 3), Stretch(19 * 1024, 2, bytes(16))
    tree = SortedLeaves(_records(1000))
    tree.root()
    shares = [Share(index, key.shares[index]) for index in (1, 3)]
    spent = [0.0, 0]
    until = time.process_time() + seconds
    while time.process_time() < until:
        started = time.process_time()
        question = Question(CLEAN, os.urandom(STRETCHED_BYTES), uniform_factor(os.urandom(64)))
        blinded = [question.blinded]
        spent[0] += time.process_time() - started
        parts = [share.evaluate(blinded, os.urandom(32)) for share in shares]  # the evaluators' time, not the asker's
        started = time.process_time()
        for part in parts:
            check_part(part, blinded, key.share_keys)
        tree.prove(question.name(combine(parts, 2)[0]).token)
        spent[0] += time.process_time() - started
        spent[1] += 1
    baseline = 1000 / _per_second(lambda: stretch(b"subject"), min(seconds, 2))
    return Figure(
        name="a check, 2 of 3, for the asker", value=1000 * spent[0] / spent[1], unit="ms", baseline=baseline,
        baseline_name="the stretch before it", aim=CHECK_AIM,
    )  # fmt: skip


def _list(leaves: int) -> list[Figure]:
    records = _records(leaves)
    process = psutil.Process()
    before = process.memory_info().rss
    started = time.process_time()
    tree = SortedLeaves(records)
    tree.root()
    taken, memory = time.process_time() - started, process.memory_info().rss - before
    hashing = _seconds(lambda: hashlib.sha256(records).digest())
    proofs = [tree.prove(Token(os.urandom(32))) for _ in range(500)]
    size = sum(len(proof.siblings) * 32 + (64 if proof.end else 0) for proof in proofs) / len(proofs)
    proving = 1000 / _per_second(lambda: tree.prove(Token(os.urandom(32))), 1)
    note(f"a list of {leaves:,}: {len(records) / 1e6:.0f} MB of leaves")
    return [
        Figure(name=f"list of {leaves:,}: bytes to sync", value=len(records) / 1e6, unit="MB", baseline=leaves * 32 / 1e6, baseline_name="bare tokens"),
        Figure(name=f"list of {leaves:,}: read and hashed", value=taken, unit="s", baseline=hashing, baseline_name="SHA-256 over the bytes"),
        Figure(name=f"list of {leaves:,}: memory beside the bytes", value=memory / 1e6, unit="MB", baseline=len(records) / 1e6, baseline_name="the bytes"),
        Figure(name=f"list of {leaves:,}: a proof is", value=size, unit="B", baseline=32 * leaves.bit_length(), baseline_name="32 bytes a level"),
        Figure(name=f"list of {leaves:,}: a proof takes", value=proving, unit="ms", baseline=hashing * 1000, baseline_name="SHA-256 over the list"),
    ]  # fmt: skip


def _records(count: int) -> bytes:
    tokens = sorted(hashlib.sha256(number.to_bytes(8, "big")).digest() for number in range(count))
    filled = bytearray(count * RECORD_BYTES)
    for place, token in enumerate(tokens):
        filled[place * RECORD_BYTES : (place + 1) * RECORD_BYTES] = token + token
    return bytes(filled)


def _per_second(work: Callable[[], object], seconds: float) -> float:
    count, started = 0, time.process_time()
    while (passed := time.process_time() - started) < seconds:
        work()
        count += 1
    return count / passed


def _seconds(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started
