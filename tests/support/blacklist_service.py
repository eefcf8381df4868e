"""A running service with its blacklist: co-located evaluators, a registry, two member institutions with partners of their own.

Promises: nothing is replaced; versions come when a test asks for one. Leaves what to assert to the tests.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import httpx2

from api.wiring import ids
from api.wiring.co_located import ensure_blacklist, registry_key
from ledger.core.blacklist.epochs import Epoch
from ledger.core.blacklist.identifiers import Identifier, parse_identifier
from ledger.core.blacklist.judging import CheckPolicy
from ledger.core.blacklist.policy import parse_check_policy
from ledger.core.blacklist.steps import SignedStep, Step
from ledger.core.log.permissions import Principal, Role
from ledger.partner.checking import Desk, ListView, Partner, Result, Subject, check
from ledger.partner.doors import HttpEvaluators, HttpRegistry
from ledger.partner.listing import Prepared, Statement, prepare_listing
from ledger.partner.snapshot import Snapshot
from ledger.partner.stepping import Saying, known_listing, take_step
from ledger.partner.syncing import sync
from ledger.services.blacklist.admit_member import NewMember, admit_member
from ledger.services.blacklist.known import signed_epoch
from ledger.services.blacklist.publish_version import publish_version
from signing.keys.signer import Signer
from support.consortium import STATEMENT, signer
from support.live_service import HOME, NEIGHBOUR, PASSPHRASE, Service, running_service, settings_in

FRAUDSTER = parse_identifier("cn-id", "11010519491231002X", date(2026, 11, 26))
THIRD = "GAMMA"
MEMBERS = (HOME, NEIGHBOUR, THIRD)
HONEST = parse_identifier("cn-uscc", "91350100M000100Y43", date(2026, 11, 26))


@dataclass(frozen=True)
class Checker:
    """One member institution: its registry door, its key, its copy of the list."""

    registry: HttpRegistry
    evaluators: HttpEvaluators
    partner: Partner
    epoch: Epoch
    policy: CheckPolicy

    def synced(self, known: Snapshot | None = None) -> Snapshot:
        return sync(self.registry, self.policy, self.epoch.id, known).snapshot

    def desk(self, view: ListView | None = None) -> Desk:
        return Desk(partner=self.partner, epoch=self.epoch, evaluators=self.evaluators, view=view or self.synced())

    def check(self, *identifiers: Identifier, view: ListView | None = None) -> list[Result]:
        subjects = [Subject(identifier, "DEMO-2026-000017") for identifier in identifiers]
        return list(check(self.desk(view), subjects, "loan-application"))

    def list_subject(self, identifier: Identifier, statement: Statement = STATEMENT) -> Prepared:
        """Propose a listing; the next version shows it."""
        prepared = prepare_listing(self.desk(), Subject(identifier, "internal"), statement, ids.new_id())
        self.registry.post("listings", prepared.to_json(), once=prepared.signed.record.id)
        return prepared

    def step(self, listing: str, step: Step, word: str, **files: bytes) -> SignedStep:
        """Take a step with a listing, signed by this institution."""
        known = known_listing(self.registry, listing)
        return take_step(self.registry, self.partner, known, Saying(step=step, word=word, **files))


@dataclass(frozen=True)
class BlacklistService:
    """The service, its blacklist epoch, and one checker for each institution."""

    service: Service
    epoch: Epoch
    checkers: Mapping[str, Checker]

    @property
    def home(self) -> Checker:
        return self.checkers[HOME]

    @property
    def neighbour(self) -> Checker:
        return self.checkers[NEIGHBOUR]

    @property
    def third(self) -> Checker:
        return self.checkers[THIRD]

    def publish(self, epoch: Epoch | None = None) -> int:
        """Publish a version of an epoch (the first without) now, and return its number."""
        here, key = self.service.here, registry_key(self.service.here)
        operator = Principal("worker", key.institution_id, frozenset({Role.OPERATOR}), "program")
        signed = publish_version(here.stores, here.act(operator), (epoch or self.epoch).id, key, cadence=timedelta(0))
        assert signed is not None
        return signed.record.number


@contextmanager
def blacklist_service(folder: Path) -> Iterator[BlacklistService]:
    """Open service and blacklist, with a first empty version."""
    with running_service(settings_in(folder), institutions=MEMBERS) as service:
        yield with_blacklist(service)


def with_blacklist(service: Service) -> BlacklistService:
    """Make the blacklist of a service that was opened for `MEMBERS`, with a first empty version."""
    here = service.here
    rows = {row.purpose: row for row in ensure_blacklist(here)}
    epoch = signed_epoch(rows["blacklist"]).epoch
    operator = Principal("worker", service.institutions[HOME].id, frozenset({Role.OPERATOR}), "program")
    signers: dict[str, Signer] = {HOME: here.keyring.named("blacklist-partner", "blacklist-partner")}
    for code, name, quota in ((NEIGHBOUR, "neighbour", 300), (THIRD, "third", 1000)):
        signers[code] = signer(name, "blacklist-partner")
        new = NewMember(service.institutions[code].id, signers[code].public, quota)
        admit_member(here.stores, here.act(operator), new, registry_key(here))
    checkers = {code: _checker(service, epoch, (code, key)) for code, key in signers.items()}
    opened = BlacklistService(service, epoch, checkers)
    for row in rows.values():
        opened.publish(signed_epoch(row).epoch)
    return opened


def _checker(service: Service, epoch: Epoch, who: tuple[str, Signer]) -> Checker:
    code, key = who
    client = service.person(Role.PARTNER, institution=code).http
    anonymous: httpx2.Client = service.nobody().http
    registry = HttpRegistry(client)
    return Checker(
        registry=registry,
        evaluators=HttpEvaluators({evaluator.index: anonymous for evaluator in epoch.plan.evaluators}),
        partner=Partner(
            institution=service.institutions[code].id,
            signer=key,
            now=lambda: datetime.now(UTC),  # noqa: TID251  # the real clock: evaluators compare it with theirs
            random=ids.random_bytes,
        ),
        epoch=epoch,
        policy=parse_check_policy(registry.get("policy")),
    )


def with_partner(checker: Checker, **changes: object) -> Checker:
    return replace(checker, partner=replace(checker.partner, **changes))  # type: ignore[arg-type]  # by name


def in_epoch(checker: Checker, epoch: Epoch, policy: CheckPolicy) -> Checker:
    """Return the same institution's checker under another epoch."""
    return replace(checker, epoch=epoch, policy=policy)


def as_partner(blacklist: BlacklistService) -> dict[str, str]:
    """Return the environment of a partner's commands: the home institution's, with its own key and token."""
    service = blacklist.service
    return {
        **os.environ,  # noqa: TID251  # a command needs its PATH
        "TALLY_DATA": str(service.settings.data),
        "TALLY_URL": service.url,
        "TALLY_INSTITUTION_CODE": HOME,
        "TALLY_TOKEN": service.person(Role.PARTNER, institution=HOME).token,
        "TALLY_KEY_PASSPHRASE": PASSPHRASE,
    }
