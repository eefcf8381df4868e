"""`tally verify OPENING --receipt CHECK.receipt.json --trust POLICY`: what a check of the blacklist proves, offline.

So with `tally verify ANSWER.subject.json --trust POLICY`, what a registry's answer to a subject proves.

Promises: nothing but the three files is read; nobody is asked but, without --offline, a chain node about the version; the subject is named
by kind only. Exit code 0: it holds, whether the subject was listed or not; 1: it does not hold, or the chain has another list.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from api.commands.files import read_file
from api.commands.outcome import EXIT_DONE, EXIT_FAILED, say, say_json
from api.commands.tables import facts
from ledger.errors import InvalidInput, VerificationFailed

if TYPE_CHECKING:
    from ledger.core.blacklist.consortium import ListChain
    from ledger.core.blacklist.subject_access import SubjectAccess
    from ledger.core.blacklist.versions import Version

_TAG = b'"tag":"tally/check-receipt/v1"'
_ACCESS_END = b'"tag":"tally/subject-access/v1"}'
NOT_CHECKED = "not checked"
_LIMITS = (
    "It does not prove that nobody looked again later, that the list was complete, or that the identifier is this person's.",
)


def is_about_a_check(receipt: Path | None) -> bool:
    """Tell whether a receipt is of a check, without loading what judges one."""
    if receipt is None or not receipt.is_file():
        return False
    with receipt.open("rb") as file:
        return _TAG in file.read()[-(1 << 20) :]


def is_subject_access(file: Path) -> bool:
    """Tell whether a file is a registry's answer to a subject, without loading what judges one."""
    if not file.is_file():
        return False
    with file.open("rb") as opened:
        opened.seek(max(0, file.stat().st_size - len(_ACCESS_END)))
        return opened.read() == _ACCESS_END


def verify_subject_access(file: Path, policy: Path | None, *, as_json: bool) -> int:
    """Print what a registry's answer to a subject proves under the policy, and return the exit code; raise InvalidInput."""
    from ledger.core.blacklist.policy import parse_check_policy  # noqa: PLC0415  # as below
    from ledger.core.blacklist.receipts import MAX_BYTES  # noqa: PLC0415  # as below
    from ledger.core.blacklist.subject_access import judge_subject_access, parse_subject_access  # noqa: PLC0415  # as below

    believed = parse_check_policy(read_file(_policy(policy), most=MAX_BYTES))
    access = parse_subject_access(read_file(file, most=MAX_BYTES))
    try:
        verdict = judge_subject_access(access, believed)
    except VerificationFailed as error:
        return _refused(error, as_json=as_json)
    if as_json:
        answer = access.answer.record.to_json()
        say_json(
            {"tag": "tally/subject-report/v1", "holds": True, "kind": str(verdict.identifier.kind), "answer": answer}
        )
    else:
        told = f"holds: the registry's signed answer about this {verdict.identifier.kind}, complete for this version of the list"
        say(facts([("Result", told), *held_lines(access)]))
    return EXIT_DONE


def held_lines(access: "SubjectAccess") -> list[tuple[str, str]]:
    """Return what an answer says, for a person."""
    answer = access.answer.record
    lines = [("List", f"version {answer.version}, answered {answer.at}")]
    for held in answer.listings:
        listing = held.listing.record
        told = f"{held.state}: {listing.reason} ({listing.standard}), by {listing.institution}, {listing.at} to {listing.expires_at}"
        lines.append(("Listing", f"{listing.id}, {told}"))
        shown = f"shown as {held.shown}" if held.shown else "not shown"
        ends = f"; suspended on {held.suspends_at} unless resolved" if held.suspends_at else ""
        lines.append(
            ("", f"{shown} in this version{ends}; notice to the subject: {'yes' if held.notified else 'none recorded'}")
        )
    return lines if answer.listings else [*lines, ("Listing", "none is held on this subject")]


def _policy(policy: Path | None) -> Path:
    if policy is None:
        raise InvalidInput(
            "verify.no-trust",
            "a check needs your check policy: name it with --trust (tally blacklist policy fetches one)",
        )
    return policy


@dataclass(frozen=True)
class OnRecord:
    """Whether the chain has the version (answer 6): yes, no, or not checked; and what that rests on."""

    answer: str
    rests_on: str


@dataclass(frozen=True)
class Asking:
    """Whom a verification may ask: a node that the reader trusts, or nobody."""

    rpc: str | None
    offline: bool


def verify_check(opening: Path, receipt: Path, policy: Path | None, asking: Asking, *, as_json: bool) -> int:
    """Print what receipt and opening prove under the policy, and return the exit code; raise InvalidInput for malformed files."""
    # ristretto255 and Argon2id are loaded only for receipts of checks: other verifications start without them.
    from ledger.core.blacklist.judging import judge_check  # noqa: PLC0415  # see above
    from ledger.core.blacklist.policy import parse_check_policy  # noqa: PLC0415  # as above
    from ledger.core.blacklist.receipts import MAX_BYTES, parse_check_opening, parse_check_receipt  # noqa: PLC0415  # as above

    believed = parse_check_policy(read_file(_policy(policy), most=MAX_BYTES))
    parsed = parse_check_receipt(read_file(receipt, most=MAX_BYTES))
    shown = parse_check_opening(read_file(opening, most=MAX_BYTES))
    try:
        verdict = judge_check(parsed, shown, believed)
    except VerificationFailed as error:
        return _refused(error, as_json=as_json)
    found = verdict.facts
    on_record = _on_record(believed.chain, parsed.version.record, asking)
    age = int((datetime.now(UTC) - datetime.fromisoformat(found.answered_at)).total_seconds())  # noqa: TID251  # a command
    answer: dict[str, object] = {
        "tag": "tally/check-report/v1",
        "holds": True,
        "listed": verdict.listed,
        "kind": str(verdict.identifier.kind),
        "soft": verdict.identifier.is_soft,
        "application": shown.application,
        "institution": found.institution,
        "reason": found.reason,
        "version": found.version,
        "version_at": found.version_at,
        "answered_at": found.answered_at,
        "age_seconds": age,
        "evaluators": list(found.evaluators),
        "threshold": found.epoch.plan.threshold,
        "co_located": found.epoch.is_co_located,
        "on_chain": on_record.answer,
        "on_chain_rests_on": on_record.rests_on,
        "applicant": verdict.applicant.hex(),
        "not_proved": list(_LIMITS),
    }
    if as_json:
        say_json(answer)
    else:
        say(_text(answer))
    return EXIT_FAILED if on_record.answer == "no" else EXIT_DONE


def _on_record(chain: "ListChain | None", version: "Version", asking: Asking) -> OnRecord:
    if chain is None:
        return OnRecord(NOT_CHECKED, "your check policy names no chain")
    if asking.offline:
        return OnRecord(NOT_CHECKED, "nobody was asked (--offline)")
    from api.commands.verify_list import version_on_record  # noqa: PLC0415  # asks a node: other verifications start without it

    return version_on_record(chain, version, asking.rpc)


def _refused(error: VerificationFailed, *, as_json: bool) -> int:
    if as_json:
        say_json({"tag": "tally/check-report/v1", "holds": False, "code": error.code, "message": error.message})
    else:
        say(facts([("Result", "DOES NOT HOLD"), ("Because", f"{error.message} [{error.code}]")]))
    return EXIT_FAILED


def _text(answer: dict[str, object]) -> str:
    listed = "LISTED" if answer["listed"] else "not listed"
    lines = [
        ("Result", f"holds: the subject ({answer['kind']}) was {listed} in version {answer['version']}"),
        ("Asked by", f"{answer['institution']}, for application {answer['application']} ({answer['reason']})"),
        (
            "Answered",
            f"{answer['answered_at']}, {answer['age_seconds']} seconds ago, by evaluators {answer['evaluators']}; {answer['threshold']} are needed",
        ),
        ("List", f"version {answer['version']} of {answer['version_at']}, the newest or last but one at that time"),
    ]
    lines.append(("On chain", f"{answer['on_chain']}: {answer['on_chain_rests_on']}"))
    if answer["soft"]:
        lines.append(("Signal", "soft: a person must judge it"))
    if answer["co_located"]:
        lines.append(("Operated", "evaluators co-located: self-operated, not independent"))
    lines.append(("Limits", _LIMITS[0]))
    return facts(lines)
