"""The shared blacklist once, in one process: listed, confirmed, hit, clean, disputed, suspended, revoked, and every proof shown.

Promises: what is printed was checked by the code that a stranger runs; whatever does not hold is said and makes the exit code 1.
Leaves to others: the parties (demo_consortium). Subjects are invented; their identifiers have valid check digits.
"""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from api.commands.demo_consortium import DemoConsortium, Member, demo_consortium
from api.commands.outcome import EXIT_DONE, EXIT_FAILED, say
from api.settings import Settings
from api.wiring import ids
from ledger.core.blacklist.identifiers import Identifier, parse_identifier
from ledger.core.blacklist.judging import judge_check
from ledger.core.blacklist.life import DISPUTE_CLOCK
from ledger.core.blacklist.listings import Severity, Standard
from ledger.core.blacklist.policy import parse_check_policy
from ledger.core.blacklist.receipts import parse_check_opening, parse_check_receipt
from ledger.core.blacklist.steps import Step
from ledger.core.blacklist.subject_access import parse_subject_access
from ledger.errors import LedgerError
from ledger.partner.checking import Result, Subject, check
from ledger.partner.listing import Statement, prepare_listing
from ledger.partner.stepping import Saying, known_listing, take_step
from ledger.partner.subject_access import ask_what_is_held

APPLICATION = "DEMO-2026-000017"


@dataclass
class _Walk:
    consortium: DemoConsortium
    folder: Path
    failed: list[str] = field(default_factory=list)

    def hold(self, name: str, *, so: bool, told: str) -> None:
        """Say one step, and remember when it was not as it should be."""
        say(f"{name:<12}{told}" + ("" if so else "   → this is NOT as it should be"))
        if not so:
            self.failed.append(name)

    def member(self, code: str) -> Member:
        return self.consortium.members[code]

    def check(self, code: str, subject: Identifier) -> Result:
        (result,) = check(
            self.member(code).desk(), [Subject(subject, APPLICATION, _hash("consent"))], "loan-application"
        )
        return result

    def list_subject(self, code: str, subject: Identifier, reason: str) -> str:
        lister = self.member(code)
        statement = Statement(
            reason=reason,
            standard=Standard.DOCUMENTED,
            severity=Severity.HIGH,
            evidence=_hash("case file"),
            contact=f"fraud desk of {lister.name}",
        )
        prepared = prepare_listing(lister.desk(), Subject(subject, "listing"), statement, ids.new_id())
        lister.registry.post("listings", prepared.to_json(), once=prepared.signed.record.id)
        return prepared.signed.record.id

    def step(self, code: str, listing: str, saying: Saying) -> None:
        member = self.member(code)
        take_step(member.registry, member.partner, known_listing(member.registry, listing), saying)

    def state(self, listing: str) -> str:
        return known_listing(self.member("gamma").registry, listing).state


def walk_blacklist(settings: Settings) -> int:
    """Walk the blacklist, printing each step; return 0 when all of it held, 1 when something did not."""
    person = parse_identifier("cn-id", "11010519491231002X", ids.now().date())
    firm = parse_identifier("cn-uscc", "91350100M000100Y43", ids.now().date())
    kept = settings.data / "demo" / "blacklist"
    kept.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="tally-demo-") as folder, demo_consortium(settings, Path(folder)) as group:
        walk = _Walk(group, kept)
        _open(walk)
        listing = _list(walk, person)
        _look(walk, person, firm)
        _dispute(walk, listing, person)
        _ask(walk, person)
        _revoke(walk, firm)
    say("everything above ran in this process: a demonstration, self-operated, not independent")
    return EXIT_FAILED if walk.failed else EXIT_DONE


def _open(walk: _Walk) -> None:
    epoch = walk.consortium.epoch
    number = walk.consortium.publish()
    told = f"Alpha Bank, Beta Leasing and Gamma Trust made one key, {epoch.plan.threshold} of {len(epoch.plan.evaluators)} shares; nobody holds it whole"
    walk.hold("1 key", so=not epoch.is_co_located, told=told)
    say(f"            epoch {epoch.id.hex()[:16]}…, version {number} of an empty list")


def _list(walk: _Walk, person: Identifier) -> str:
    for last in range(3):
        walk.list_subject("beta", parse_identifier("phone", f"1381234567{last}", ids.now().date()), "organised-fraud")
    listing = walk.list_subject("alpha", person, "forged-identity")
    walk.hold(
        "2 listed",
        so=walk.state(listing) == "proposed",
        told="Alpha Bank lists a person: forged-identity, proposed; three telephone numbers are on the list too",
    )
    confirming = Saying(step=Step.CONFIRM, word="documented", evidence=_hash("what Beta found"))
    refused = _refusal(lambda: walk.step("alpha", listing, confirming))
    walk.step("beta", listing, confirming)
    told = f"by Beta Leasing with its own evidence and key; by Alpha itself: refused [{refused}]"
    walk.hold("3 confirmed", so=refused == "listing.own-confirmation" and walk.state(listing) == "confirmed", told=told)
    walk.step("alpha", listing, Saying(step=Step.NOTICE, word="letter", evidence=_hash("the letter")))
    say("            Alpha Bank records that it told the person, by letter")
    return listing


def _look(walk: _Walk, person: Identifier, firm: Identifier) -> None:
    walk.consortium.publish()
    hit, clean = walk.check("gamma", person), walk.check("gamma", firm)
    ((shown, details),) = hit.details()
    reason = details.get("reason") if isinstance(details, dict) else "unreadable"
    told = f"Gamma Trust checks that person: LISTED, {shown.state}, {reason}; neither registry nor evaluators learn whom it checked"
    walk.hold("4 hit", so=hit.listed and shown.state == "confirmed", told=told)
    policy = walk.member("gamma").registry.get("policy")
    for name, data in (
        ("clean.receipt.json", clean.receipt.to_bytes()),
        ("clean.opening.json", clean.opening.to_bytes()),
        ("policy.json", policy),
    ):
        (walk.folder / name).write_bytes(data)
    verdict = judge_check(
        parse_check_receipt((walk.folder / "clean.receipt.json").read_bytes()),
        parse_check_opening((walk.folder / "clean.opening.json").read_bytes()),
        parse_check_policy(policy),
    )
    walk.hold(
        "5 clean",
        so=not clean.listed and not verdict.listed,
        told=f"and a firm: not listed in version {verdict.facts.version}; receipt and opening verified offline, by evaluators {verdict.facts.evaluators}",
    )
    files = f"{walk.folder / 'clean.opening.json'} --receipt {walk.folder / 'clean.receipt.json'}"
    say(f"            tally verify {files} --trust {walk.folder / 'policy.json'} --offline")


def _dispute(walk: _Walk, listing: str, person: Identifier) -> None:
    saying = Saying(
        step=Step.DISPUTE, word="by-subject", evidence=_hash("the dispute"), identity=_hash("the identity check")
    )
    walk.step("gamma", listing, saying)
    ruling = Saying(step=Step.RESOLVE, word="upheld", evidence=_hash("a ruling"))
    refused = _refusal(lambda: walk.step("alpha", listing, ruling))
    told = f"the person disputes through Gamma Trust, which checked who it is; the lister may not judge [{refused}]"
    walk.hold("6 disputed", so=refused == "listing.party-judges" and walk.state(listing) == "disputed", told=told)
    early = walk.consortium.lapse()
    walk.consortium.clock.move(DISPUTE_CLOCK)
    lapsed = walk.consortium.lapse()
    walk.consortium.publish()
    gone = walk.check("gamma", person)
    told = "nobody resolved it: the clock of the demonstration was moved by 30 days, and the listing is suspended"
    walk.hold("7 suspended", so=(early, lapsed, walk.state(listing)) == (0, 1, "suspended"), told=told)
    _show_proof(walk, gone, is_there=False)


def _ask(walk: _Walk, person: Identifier) -> None:
    gamma = walk.member("gamma")
    access, _ = ask_what_is_held(
        gamma.desk(), gamma.registry, gamma.policy, Subject(person, APPLICATION), _hash("the identity check")
    )
    path = walk.folder / "person.subject.json"
    path.write_bytes(access.to_bytes())
    path.chmod(0o600)
    held = [(each.state, each.shown) for each in parse_subject_access(path.read_bytes()).answer.record.listings]
    told = "the person asks through Gamma Trust what is held: one listing, suspended, not shown; signed by the registry, complete"
    walk.hold("8 asked", so=held == [("suspended", "")], told=told)
    say(f"            tally verify {path} --trust {walk.folder / 'policy.json'} --offline")


def _revoke(walk: _Walk, firm: Identifier) -> None:
    listing = walk.list_subject("beta", firm, "forged-material")
    walk.consortium.publish()
    before = walk.check("gamma", firm)
    walk.step("beta", listing, Saying(step=Step.REVOKE, word="mistaken"))
    walk.consortium.publish()
    after = walk.check("gamma", firm)
    walk.hold(
        "9 revoked", so=walk.state(listing) == "revoked", told="Beta Leasing lists the firm by mistake, and revokes it"
    )
    _show_proof(walk, before, is_there=True)
    _show_proof(walk, after, is_there=False)


def _show_proof(walk: _Walk, result: Result, *, is_there: bool) -> None:
    """Say what the proof in a check's opening proves under the root that the registry signed."""
    version, proof = result.receipt.version.record, result.opening.proof
    judged = judge_check(result.receipt, result.opening, walk.member("gamma").policy).listed
    end = "an empty place" if proof.end is None else f"the leaf {proof.end.token.hex()[:12]}…"
    told = f"version {version.number}, root {version.root.hex()[:16]}…: token {result.name.token.hex()[:12]}… is "
    told += f"{'present' if judged else 'absent'} ({len(proof.siblings)} hashes to {end})"
    walk.hold("", so=judged is is_there, told=told)


def _refusal(taking: Callable[[], None]) -> str:
    try:
        taking()
    except LedgerError as error:
        return error.code
    return "not refused"


def _hash(name: str) -> bytes:
    return sha256(f"demonstration: {name}".encode()).digest()
