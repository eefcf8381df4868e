"""A consortium in one process for the demonstration: a registry, three institutions, each with an evaluator (2 of 3), and a clock.

Promises: the same services, rules and signatures as behind the HTTP interface, in a folder of its own, so nothing of it enters the
ledger of this installation. Its clock is an argument: what takes 30 days is shown at once, and said.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from pydantic import SecretStr

from api.commands.demo_own import own_settings
from api.routes import blacklist as routes
from api.settings import Settings
from api.wiring import ids
from api.wiring.co_located import MEMORY_KIB, PASSES, THRESHOLD, desk, make_key, registry_key
from api.wiring.first_start import InstitutionOrder, ensure_institution
from api.wiring.installation import CHAIN_TIMEOUT_SECONDS, Installation, open_stores
from api.wiring.keyring import open_keyring, open_shared
from ledger.chain.remote import connect
from ledger.core.blacklist.checks import parse_signed_request
from ledger.core.blacklist.epochs import Epoch, Evaluator, Plan
from ledger.core.blacklist.identifiers import Purpose
from ledger.core.blacklist.judging import CheckPolicy
from ledger.core.blacklist.policy import parse_check_policy
from ledger.core.blacklist.signed import read_json
from ledger.core.log.directory import format_instant
from ledger.core.log.permissions import Principal, Role
from ledger.errors import NotFound
from ledger.partner.checking import Desk, ListView, Partner
from ledger.partner.syncing import sync
from ledger.services.blacklist.admit_member import NewMember, admit_member
from ledger.services.blacklist.answer_subject import answer_subject
from ledger.services.blacklist.evaluate import evaluate
from ledger.services.blacklist.lapse_listings import lapse_listings
from ledger.services.blacklist.open_epoch import open_epoch
from ledger.services.blacklist.parties import RegistryKey
from ledger.services.blacklist.propose_listing import NewListing, propose_listing
from ledger.services.blacklist.publish_version import publish_version
from ledger.services.blacklist.step_listing import step_listing
from ledger.services.context import Act
from ledger.storage.migrate import migrate
from signing.canonical import Json
from signing.keys.sealed_file import new_passphrase
from signing.keys.signer import Signer
from signing.oprf.stretch import SALT_BYTES, Stretch

QUOTA = 1000
YEAR = timedelta(days=366)
INSTITUTIONS: Mapping[str, str] = {"alpha": "Alpha Bank", "beta": "Beta Leasing", "gamma": "Gamma Trust"}


@dataclass
class Clock:
    """What time it is in the demonstration: begins now, and is moved."""

    now: datetime = field(default_factory=ids.now)

    def move(self, by: timedelta) -> None:
        self.now += by


@dataclass(frozen=True)
class LocalRegistry:
    """The registry as one member sees it: the routes of the HTTP interface, called without HTTP."""

    here: Installation
    clock: Clock
    institution: str

    def _act(self) -> Act:
        caller = Principal(f"desk-{self.institution}", self.institution, frozenset({Role.PARTNER}), "program")
        return replace(self.here.act(caller), now=self.clock.now)

    def get(self, path: str, **query: str) -> bytes:
        parts = path.split("/")
        if parts == ["policy"]:
            return bytes(routes.read_policy(self.here).body)
        if parts[0] == "listings":
            return json.dumps(routes.get_listing(self.here, self._act(), parts[1])).encode()
        epoch, what = parts[1], parts[2]
        reads: Mapping[str, Callable[[], object]] = {
            "versions": lambda: routes.list_versions(self.here, self._act(), epoch),
            "leaves": lambda: (
                routes.get_leaves(self.here, self._act(), epoch, query["after"], int(query["limit"])).body
            ),
            "changes": lambda: routes.get_changes(self.here, self._act(), epoch, int(query["since"])).body,
            "details": lambda: routes.get_details(
                self.here, self._act(), epoch, int(query["since"]), query["after"], int(query["limit"])
            ),
        }
        found = reads[what]()
        return bytes(found) if isinstance(found, bytes | memoryview) else json.dumps(found).encode()

    def post(self, path: str, body: Mapping[str, Json], once: str) -> bytes:
        del once  # nothing is sent twice within one process
        if path == "listings":
            new = NewListing(body["listing"], routes.decoded(str(body["sealed"])))
            written = propose_listing(self.here.stores, self._act(), new)
        elif path == "subject-requests":
            return answer_subject(
                self.here.stores, self._act(), body["request"], lambda: registry_key(self.here)
            ).to_bytes()
        else:
            written = step_listing(self.here.stores, self._act(), path.split("/")[1], body["step"])
        return json.dumps({"id": written.resource_id, "entry": written.entry_id}).encode()


@dataclass(frozen=True)
class LocalEvaluators:
    """Three evaluators in this process, each with its own share and key."""

    here: Installation
    clock: Clock
    epoch: Epoch

    def answer(self, index: int, request: bytes) -> bytes:
        signed = parse_signed_request(read_json(request, "check-request.malformed"))
        served = desk(self.here, self.epoch.id, index)
        return evaluate(self.here.stores.database, served, signed, self.clock.now, ids.random_bytes(32)).to_bytes()


@dataclass(frozen=True)
class Member:
    """One institution of the demonstration: its name, its key, its doors."""

    name: str
    partner: Partner
    registry: LocalRegistry
    evaluators: LocalEvaluators

    def view(self) -> ListView:
        """Return the newest version of the list, synced whole."""
        epoch = self.evaluators.epoch
        return sync(self.registry, self.policy, epoch.id, None).snapshot

    @property
    def policy(self) -> CheckPolicy:
        return parse_check_policy(self.registry.get("policy"))

    def desk(self) -> Desk:
        return Desk(partner=self.partner, epoch=self.evaluators.epoch, evaluators=self.evaluators, view=self.view())


@dataclass(frozen=True)
class DemoConsortium:
    """Everything of it; `publish` makes a version, `lapse` lets clocks act."""

    here: Installation
    clock: Clock
    key: RegistryKey
    epoch: Epoch
    members: Mapping[str, Member]

    def publish(self) -> int:
        """Publish the next version, ten minutes later, and return its number."""
        self.clock.move(timedelta(minutes=10))
        signed = publish_version(
            self.here.stores, self._operator(), self.epoch.id, self.key, cadence=timedelta(minutes=10)
        )
        if signed is None:
            raise NotFound("version.none", "the clock of the demonstration stood still")
        return signed.record.number

    def lapse(self) -> int:
        return lapse_listings(self.here.stores, self._operator(), self.key)

    def _operator(self) -> Act:
        return operator(self.here, self.key.institution_id, self.clock)


def operator(here: Installation, institution: str, clock: Clock) -> Act:
    principal = Principal("worker", institution, frozenset({Role.OPERATOR}), "program")
    return replace(here.act(principal), now=clock.now)


@contextmanager
def demo_consortium(settings: Settings, folder: Path) -> Iterator[DemoConsortium]:
    """Yield a fresh consortium whose database and keys lie in `folder`."""
    own = own_settings(settings, folder, key_passphrase=SecretStr(new_passphrase()), institution_code="ALPHA")
    here = _installation(own)
    try:
        yield _consortium(here, Clock())
    finally:
        here.close()


def _installation(settings: Settings) -> Installation:
    migrate(settings.database_url)
    keyring = open_keyring(settings.keys_folder, settings.key_passphrase.get_secret_value(), make=True)
    open_shared(keyring, make=True, with_sender=False)
    nobody = connect("http://127.0.0.1:9/rpc", timeout_seconds=CHAIN_TIMEOUT_SECONDS)  # no chain is asked
    return Installation(
        settings=settings, stores=open_stores(settings, keyring), keyring=keyring, client=nobody, embedded=None
    )


def _consortium(here: Installation, clock: Clock) -> DemoConsortium:
    ensure_institution(here, InstitutionOrder(code="ALPHA", name=INSTITUTIONS["alpha"], zone="Asia/Shanghai"))
    key = registry_key(here, make=True)
    act = operator(here, key.institution_id, clock)
    signers = {index: here.keyring.named(f"evaluator-{index}", "evaluator", make=True) for index in (1, 2, 3)}
    names = {"alpha": key.institution_id, "beta": "beta", "gamma": "gamma"}
    signed = make_key(here, _plan(list(names.values()), signers, clock), signers)
    open_epoch(here.stores, act, signed, key)
    doors: dict[str, Member] = {}
    for code, institution in names.items():
        signer = here.keyring.named(f"blacklist-partner-{code}", "blacklist-partner", make=True)
        admit_member(here.stores, act, NewMember(institution, signer.public, QUOTA), key)
        partner = Partner(institution=institution, signer=signer, now=lambda: clock.now, random=ids.random_bytes)
        registry = LocalRegistry(here, clock, institution)
        doors[code] = Member(INSTITUTIONS[code], partner, registry, LocalEvaluators(here, clock, signed.epoch))
    return DemoConsortium(here, clock, key, signed.epoch, doors)


def _plan(institutions: list[str], signers: Mapping[int, Signer], clock: Clock) -> Plan:
    return Plan(
        consortium="demonstration",
        purpose=Purpose.BLACKLIST,
        number=1,
        threshold=THRESHOLD,
        evaluators=tuple(Evaluator(i, institutions[i - 1], signer.public) for i, signer in signers.items()),
        stretch=Stretch(MEMORY_KIB, PASSES, ids.random_bytes(SALT_BYTES)),
        opens_at=format_instant(clock.now - timedelta(minutes=1)),
        closes_at=format_instant(clock.now + YEAR),
    )
