"""An automated decision taken once more: by the rule set in force, from the log and the opened fields alone (DESIGN section 6).

Promises: the bytes that were signed are made again and held against those recorded; another rule set, one that its author
published alone, other inputs, row or ruling, and a signature by another key are findings.
"""

from ledger.core.applications.automated import (
    KIND,
    Acting,
    AutomatedDecision,
    Submitted,
    apply_ruling,
    decide_by_rules,
    decision_of,
)
from ledger.core.applications.decide import Progress, Review
from ledger.core.applications.replay_case import Book, Case
from ledger.core.applications.states import State
from ledger.core.applications.timeline import PublishedRules, TrailEntry
from signing.envelope import Signature
from signing.errors import SigningError
from signing.verify import check_bytes_signature


def automated(book: Book, entry: TrailEntry, case: Case, recorded: str) -> bool:
    """Take the decision again; return whether there was one to take: a rule set in force, and a case that waits for it."""
    rules = book.timeline.rules_at(entry.at, entry.index)
    if rules is None or rules.id != entry.facts.get("rule_set"):
        found = str(entry.facts.get("rule_set"))
        book.find(entry, "approval.rules-unpublished", expected=rules.id if rules else "none in force", found=found)
    if rules is None:
        return False
    if case.review is None or case.policy is None or not _is_due(case, case.review):
        book.find(entry, "approval.wrong-role", expected="people", found="a rule set")
        return False
    if rules.author == rules.approver:
        book.find(entry, "approval.published-alone", expected="a second person's publication", found=rules.id)
    submitted = Submitted(
        application=entry.subject,
        submission=case.submission,
        content=case.content,
        group_amount=case.review.amount,
        policy_sha256=case.policy.sha256,
        listed=case.at_hand.is_listed,
    )
    decided = decide_by_rules(Acting(id=rules.id, rule_set=rules.rule_set, key_id=rules.key.key_id), submitted)
    _compare(book, entry, decided, recorded)
    _check_signature(book, entry, rules, recorded)
    decision = decision_of(rules.id, decided.fired.ruling, case.review.content_sha256, entry.at)
    case.review, case.progress = apply_ruling(case.policy.policy, case.review, decision)
    if decision is None:
        case.path = case.policy.policy.strictest
    return True


def _is_due(case: Case, review: Review) -> bool:
    """Whether an application waits for a rule set: at the first step of a path that begins with one, before anything else."""
    return case.state is State.IN_REVIEW and review.path.begins_automatic and case.progress == Progress()


def _compare(book: Book, entry: TrailEntry, decided: AutomatedDecision, recorded: str) -> None:
    made = decided.to_bytes().decode()
    if made != recorded:
        book.find(entry, "approval.rules-differ", expected=made.partition("\n")[2], found=recorded.partition("\n")[2])
    inputs = entry.values.get("inputs")
    if inputs is not None and inputs != decided.inputs.to_json():
        book.find(entry, "approval.rules-differ", expected="the inputs of the recorded content", found="others")


def _check_signature(book: Book, entry: TrailEntry, rules: PublishedRules, recorded: str) -> None:
    signature = entry.values.get("signature")
    if signature is None:
        return
    try:
        check_bytes_signature(KIND, recorded.partition("\n")[2].encode(), Signature.from_json(signature), rules.key)
    except SigningError as error:
        book.find(entry, "approval.bad-signature", expected="a signature by the rule set's own key", found=error.code)
