"""`tally verify OPENING --receipt CHECK.receipt.json --trust POLICY`: what a check of the blacklist proves, offline.

Promises: nothing but the three files is read, nobody is asked; the subject is named by kind only. Exit code 0: it holds, whether the
subject was listed or not; 1: it does not hold.
"""

from datetime import UTC, datetime
from pathlib import Path

from api.commands.files import read_file
from api.commands.outcome import EXIT_DONE, EXIT_FAILED, say, say_json
from api.commands.tables import facts
from ledger.errors import InvalidInput, VerificationFailed

_TAG = b'"tag":"tally/check-receipt/v1"'
_LIMITS = (
    "It does not prove that nobody looked again later, that the list was complete, or that the identifier is this person's.",
)


def is_about_a_check(receipt: Path | None) -> bool:
    """Tell whether a receipt is of a check, without loading what judges one."""
    if receipt is None or not receipt.is_file():
        return False
    with receipt.open("rb") as file:
        return _TAG in file.read()[-(1 << 20) :]


def verify_check(opening: Path, receipt: Path | None, policy: Path | None, *, as_json: bool) -> int:
    """Print what receipt and opening prove under the policy, and return the exit code; raise InvalidInput for malformed files."""
    # ristretto255 and Argon2id are loaded only for receipts of checks: other verifications start without them.
    from ledger.core.blacklist.judging import judge_check  # noqa: PLC0415
    from ledger.core.blacklist.policy import parse_check_policy  # noqa: PLC0415
    from ledger.core.blacklist.receipts import MAX_BYTES, parse_check_opening, parse_check_receipt  # noqa: PLC0415

    if receipt is None or policy is None:
        raise InvalidInput(
            "verify.no-trust",
            "a check needs your check policy: name it with --trust (tally blacklist policy fetches one)",
        )
    believed = parse_check_policy(read_file(policy, most=MAX_BYTES))
    parsed = parse_check_receipt(read_file(receipt, most=MAX_BYTES))
    shown = parse_check_opening(read_file(opening, most=MAX_BYTES))
    try:
        verdict = judge_check(parsed, shown, believed)
    except VerificationFailed as error:
        return _refused(error, as_json=as_json)
    found = verdict.facts
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
        "applicant": verdict.applicant.hex(),
        "not_proved": list(_LIMITS),
    }
    if as_json:
        say_json(answer)
    else:
        say(_text(answer))
    return EXIT_DONE


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
    if answer["soft"]:
        lines.append(("Signal", "soft: a person must judge it"))
    if answer["co_located"]:
        lines.append(("Operated", "evaluators co-located: self-operated, not independent"))
    lines.append(("Limits", _LIMITS[0]))
    return facts(lines)
