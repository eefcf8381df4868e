"""Tiered approval once: a small loan by a rule set, a middle one by two people, a large one by committee; then an insider at work.

Promises: a ledger, chain and keys of its own in `demo/approve` of the data folder, made anew each time, so nothing of it, and nothing
the insider spoils, is in the ledger of this installation. Leaves the insider to demo_insider.
"""

import shutil
from base64 import b64decode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256

from api.commands.client import Client
from api.commands.demo_checks import Checks, open_checks
from api.commands.demo_insider import AUDIT, REPLAY, Found, date_back, findings_of, rename_decider, swap_policy
from api.commands.demo_own import own_settings
from api.commands.demo_staff import Staff, hire
from api.commands.demo_walk import wait_until_final
from api.commands.http_processes import front
from api.commands.outcome import EXIT_DONE, EXIT_FAILED, say
from api.commands.running import Running, everything
from api.settings import Settings
from api.wiring.co_located import believed
from api.wiring.first_start import ADMINISTRATOR_FILE
from ledger.core.applications.default_policy import DEFAULT_POLICY
from ledger.core.applications.default_rules import DEFAULT_RULES
from ledger.core.applications.main_unit import in_main_unit
from signing.canonical import Json

PEOPLE: Mapping[str, tuple[str, ...]] = {
    "Otto": ("officer",),
    "Olga": ("officer", "auditor"),
    "Rita": ("risk",),
    **{f"Member {letter}": ("committee",) for letter in "ABCDE"},
}
MEMBERS = tuple(name for name in PEOPLE if name.startswith("Member"))
PICTURE = b64decode(  # one white dot, in the place of an identity card
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mP8/x8AAwMCAO+ip1sAAAAASUVORK5CYII="
)
IDENTITIES = ("330106199203151011", "330106199203152030", "33010619920315305X", "330106199203154079")


@dataclass
class Walk:
    """The running demonstration, its people, and what did not hold."""

    running: Running
    administrator: Client
    staff: Mapping[str, Staff]
    checks: Checks
    failed: list[str] = field(default_factory=list)
    loans: dict[str, str] = field(default_factory=dict)  # what each is called, by its id

    @property
    def known(self) -> dict[str, str]:
        """The people and the loans by their ids."""
        return {person.id: name for name, person in self.staff.items()} | self.loans

    def hold(self, name: str, *, so: bool, told: str) -> None:
        """Say one step, and remember when it was not as it should be."""
        say(f"{name:<13}{told}" + ("" if so else "   → this is NOT as it should be"))
        if not so:
            self.failed.append(name)

    def apply(self, place: int, minor: str, months: int = 24) -> str:
        """Have Otto enter an application of somebody new, and check them against the blacklist; return its id."""
        identity = IDENTITIES[place]
        person: dict[str, Json] = {
            "role": "borrower",
            "name": f"Demo Applicant {place + 1}",
            "identity": {"kind": "cn-id", "value": identity},
            "phone": None,
        }
        body: dict[str, Json] = {"application": _content(minor, months), "people": [person]}
        otto = self.staff["Otto"].client
        loan = str(otto.post("/v1/applications", body)["id"])
        otto.upload(f"/v1/applications/{loan}/attachments", {"file": ("identity.png", PICTURE, "image/png")}, {})
        self.checks.attach(otto, loan, identity)
        self.loans[loan] = f"the loan of {in_main_unit('CNY', int(minor))}"
        return loan

    def close(self) -> None:
        self.checks.close()
        for client in (self.administrator, *(person.client for person in self.staff.values())):
            client.close()

    def state(self, loan: str) -> str:
        return str(self.staff["Otto"].client.get(f"/v1/applications/{loan}")["state"])


def _content(minor: str, months: int) -> dict[str, Json]:
    return {
        "product": "personal-instalment",
        "amount": {"currency": "CNY", "minor": minor},
        "term_months": months,
        "grade": {"grade": "B", "standard": "2026-1"},
        "branch": "hangzhou",
        "channel": "counter",
        "terms_sha256": "07" * 32,
        "collateral": [],
        "attachments": [{"kind": "identity", "sha256": sha256(PICTURE).hexdigest(), "bytes": len(PICTURE)}],
        "third_party": [],
        "checks": [],
    }


def walk_approvals(settings: Settings) -> int:
    """Walk the approvals, printing each step; return 0 when all of it held, 1 when something did not."""
    with _fresh(settings) as (own, running):
        walk = _open(own, running)
        small = _small(walk)
        middle = _middle(walk)
        _large(walk)
        _audit(walk)
        _insider(walk, small, middle)
        walk.close()
    say(f"\nRepeat it:\n  TALLY_DATA={own.data} tally audit approvals\n  TALLY_DATA={own.data} tally audit --no-record")
    return EXIT_FAILED if walk.failed else EXIT_DONE


@contextmanager
def _fresh(settings: Settings) -> Iterator[tuple[Settings, Running]]:
    folder = settings.data / "demo" / "approve"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)
    own = own_settings(settings, folder, blacklist_seconds=0, sealing=False, anchor_seconds=1, batch_milliseconds=10)
    with front(own) as before, everything(own, before) as running:
        yield own, running


def _open(settings: Settings, running: Running) -> Walk:
    token = (settings.keys_folder / settings.institution_code / ADMINISTRATOR_FILE).read_text(encoding="utf-8").strip()
    administrator = Client(running.url, token)
    staff = {name: hire(running.url, administrator, name, *roles) for name, roles in PEOPLE.items()}
    checks = open_checks(running.installation, running.url, staff["Otto"].client)
    walk = Walk(running, administrator, staff, checks)
    risk, today = staff["Rita"].client, date(2020, 1, 1).isoformat() + "T00:00:00Z"
    policy = risk.post("/v1/policies", {"policy": DEFAULT_POLICY.to_json(), "valid_from": today})["id"]
    administrator.post(f"/v1/policies/{policy}/publications", {})
    rules = risk.post("/v1/rule-sets", {"rule_set": DEFAULT_RULES.to_json(), "valid_from": today})["id"]
    administrator.post(f"/v1/rule-sets/{rules}/publications", {})
    say(f"1 policy     proposed by Rita (risk), published by the administrator: {DEFAULT_POLICY.sha256().hex()}")
    say(
        f"2 rule set   {DEFAULT_RULES.name} version {DEFAULT_RULES.version}, in the same way: {DEFAULT_RULES.sha256().hex()}"
    )
    return walk


def _small(walk: Walk) -> str:
    loan = walk.apply(0, "4000000")
    walk.staff["Otto"].submit(loan)
    told = f"CNY 40,000, a clean check of the blacklist with its receipt: {walk.state(loan)} by the rule set at its submission, signed with its own key"
    walk.hold("3 small", so=walk.state(loan) == "approved", told=told)
    return loan


def _middle(walk: Walk) -> str:
    loan = walk.apply(1, "10000000")
    walk.staff["Otto"].submit(loan)
    walk.staff["Olga"].say(loan)
    walk.staff["Rita"].say(loan)
    told = f"CNY 100,000: {walk.state(loan)} by Olga (officer) and Rita (risk), each with an own key"
    walk.hold("4 middle", so=walk.state(loan) == "approved", told=told)
    return loan


def _large(walk: Walk) -> None:
    loan = walk.apply(2, "200000000")
    walk.staff["Otto"].submit(loan)
    members: list[Json] = [walk.staff[name].id for name in MEMBERS]
    walk.staff["Rita"].client.post(f"/v1/applications/{loan}/sittings", {"members": members, "chair": members[0]})
    walk.staff[MEMBERS[1]].say(loan, "recuse")
    for name in (MEMBERS[0], MEMBERS[2], MEMBERS[3]):
        walk.staff[name].say(loan)
    last = walk.staff[MEMBERS[4]].say(loan, "decline")
    told = f"CNY 2,000,000: {walk.state(loan)} by a committee of five: one withdrew for a conflict of interest, three for, one against"
    walk.hold("5 large", so=walk.state(loan) == "approved", told=told)
    anchor = wait_until_final(walk.staff["Olga"].client, str(last["entry"]))["anchor"]
    if isinstance(anchor, dict):
        say(f"             anchored in block {anchor['block_number']} of chain {anchor['chain_id']}, {anchor['state']}")


def _audit(walk: Walk) -> None:
    found = findings_of(walk.running.installation.stores, believed(walk.running.installation))
    told = "tally audit approvals and tally audit: nothing found"
    walk.hold("6 audit", so=not found, told=told if not found else f"found {len(found)}")


def _insider(walk: Walk, small: str, middle: str) -> None:
    """Let somebody who owns the database swap the policy under a loan, edit a decision, and date another back."""
    file = walk.running.installation.settings.data / "ledger.db"
    swap_policy(file)
    loan = walk.apply(3, "50000000")
    walk.staff["Otto"].submit(loan)
    walk.staff["Olga"].say(loan)
    rename_decider(file, middle, walk.staff[MEMBERS[0]].id)
    date_back(file, small)
    found = findings_of(walk.running.installation.stores, believed(walk.running.installation))
    say(
        f"7 insider    swaps the policy's row: CNY 500,000 is {walk.state(loan)} by one officer, where the policy wants three people"
    )
    _show(walk, found, REPLAY, loan, "application.decided")
    _show(walk, found, AUDIT, "policy", "content")
    say("8 insider    puts another name to a decision on the middle loan")
    _show(walk, found, REPLAY, middle, "decision.decider_id")
    _show(walk, found, AUDIT, "decision", "decider_id")
    say("9 insider    dates the decision on the small loan back by years")
    _show(walk, found, REPLAY, small, "decision.decided_at")
    _show(walk, found, AUDIT, "decision", "decided_at")


def _show(walk: Walk, found: list[Found], command: str, about: str, field_name: str) -> None:
    """Say what one audit names of a loan (the replay) or of a table (the integrity audit)."""
    named = [item for item in found if item.command == command and item.finding.field == field_name]
    mine = [item for item in named if about in {item.finding.id, item.finding.kind}]
    for text in [item.text(walk.known) for item in mine] or ["nothing"]:
        walk.hold("", so=bool(mine), told=f"{command:<21}  {text}")
