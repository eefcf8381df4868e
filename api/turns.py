"""What the worker's loops do in one turn: load the log's keys, call one service, say how long to rest."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from api.wiring import ids
from api.wiring.co_located import ensure_blacklist, registry_key
from api.wiring.consortium import consortium_turn, found_consortium, own_card, root_keys
from api.wiring.installation import Installation
from api.wiring.keyring import InstitutionKeys
from ledger.core.log.anchoring import AnchorPolicy
from ledger.core.log.evm_checkpoint import Registry
from ledger.core.log.permissions import Principal, Role
from ledger.services.agreements.deliver_events import deliver_events
from ledger.services.agreements.expire import expire
from ledger.services.agreements.follow_log import BATCH as FOLLOWED_AT_ONCE
from ledger.services.agreements.follow_log import follow_log
from ledger.services.agreements.forget_messages import forget_messages
from ledger.services.agreements.remind_due import remind_due
from ledger.services.agreements.send_notices import send_notices
from ledger.services.applications.escalate import escalate
from ledger.services.applications.fold_figures import BATCH as FOLDED_AT_ONCE
from ledger.services.applications.fold_figures import fold_figures
from ledger.services.applications.lapse import lapse
from ledger.services.applications.send_applicant_mail import send_applicant_mail
from ledger.services.blacklist.known import signed_epoch
from ledger.services.blacklist.lapse_listings import lapse_listings
from ledger.services.blacklist.publish_roots import RootState, publish_roots
from ledger.services.blacklist.publish_version import publish_version
from ledger.services.blacklist.watch_consortium import watch_consortium
from ledger.services.in_turn import in_turn
from ledger.services.log.anchor import anchor
from ledger.services.log.anchor_parties import AnchorKeys, LocalCosigner
from ledger.services.log.anchor_parties import Turn as AnchorTurn
from ledger.services.log.bind_chain import known_binding, require_binding
from ledger.services.log.follow_for_staff import follow_for_staff
from ledger.services.log.forget_requests import forget_requests
from ledger.services.log.log_signers import LogSigners
from ledger.services.log.register_log import Registering, bound, register_log
from ledger.services.log.send_staff_news import send_staff_news
from ledger.services.log.sequence import Sequencer, Turn
from ledger.storage.blacklist import EpochRow, epochs
from ledger.storage.consortium import consortium_of_installation
from ledger.storage.directory import institution_by_id
from ledger.storage.logs import LogRow, all_logs, log_by_id

if TYPE_CHECKING:
    from ledger.messages.webhook import WebhookPoster

IDLE_SHARE = 4  # an idle loop looks this often within a batch interval: an entry waits a quarter of it at most
ANCHOR_SECONDS = 0.5  # how often the chain is asked about what is in flight
QUIET_ANCHOR_SECONDS = 1.5  # a signed agreement is noticed within this, and anchored `TALLY_ANCHOR_SOON_SECONDS` later
TIDY_SECONDS = 3600.0
MESSAGE_SECONDS = 0.5  # an invitation leaves within this after its entry is in the log
FIGURE_SECONDS = 2.0  # figures are behind the log by this much at most
MINDING_SECONDS = 60.0
MACHINE = Principal(
    "worker", "", frozenset(), "program"
)  # acts for nobody, and may do nothing that is asked of the table
ROOT_SECONDS = 30.0  # how often an idle list asks its chain: who left the consortium is refused within this
PUBLISH_LOOK_SECONDS = 5.0  # a version comes at most this late


@dataclass
class Sequencing:
    """The turns of one log's sequencer."""

    here: Installation
    row: LogRow
    holder: str
    _sequencer: Sequencer | None = None
    _registered: bool = False

    def turn(self) -> float:
        """Cover what waits; come back at once when a batch was full, else within the batch interval."""
        settings = self.here.settings
        done = self._current().take(Turn(holder=self.holder, now=ids.now(), batch=settings.batch_entries))
        if done is not None and done.count >= settings.batch_entries:
            return 0.0
        rest = settings.batch_milliseconds / 1000
        return rest / 2 if done is not None else rest / IDLE_SHARE

    def end(self) -> None:
        """Give the lease back, so that the next process need not wait for it to run out."""
        if self._sequencer is not None:
            self._sequencer.release(ids.now())

    def _current(self) -> Sequencer:
        """Return the sequencer, made anew once the log is registered: from then on it signs for the registry too."""
        if self._sequencer is None or not self._registered:
            row = self.here.stores.database.read(lambda tx: log_by_id(tx, self.row.id)) or self.row
            is_registered = row.registry_log_id is not None
            if self._sequencer is None or is_registered:
                self._sequencer = Sequencer(self.here.stores, row, self._signers(row))
            self._registered = is_registered
        return self._sequencer

    def _signers(self, row: LogRow) -> LogSigners:
        keys = self.here.institution_keys(row.institution_id)
        own = keys.main if row.kind == "main" else keys.access
        binding = known_binding(self.here.stores)
        registry = Registry(binding.chain_id, binding.registry) if binding else None
        return LogSigners(note=own.note, evm=own.evm, registry=registry)


@dataclass
class Anchoring:
    """The turns of the chain's side: every log is registered first, then anchored when it is due."""

    here: Installation
    holder: str
    _policies: dict[str, AnchorPolicy] = field(default_factory=dict)

    def turn(self) -> float:
        """Register or anchor each log once; come back soon while something is in flight, or when the next anchor is due."""
        rests = [self._one(row) for row in self.here.stores.database.read(all_logs)]
        return min(rests, default=QUIET_ANCHOR_SECONDS)

    def _one(self, row: LogRow) -> float:
        keys = self._keys(self.here.institution_keys(row.institution_id))
        turn = AnchorTurn(now=ids.now(), holder=self.holder, policy=self._policy(row))
        if row.registry_log_id is None:
            register_log(self.here.stores, self.here.client, row, keys, self._registering(row, turn))
            return ANCHOR_SECONDS
        progress = anchor(self.here.stores, self.here.client, row, keys, turn)
        if progress.signed or progress.code == "anchor.in-flight":
            return ANCHOR_SECONDS
        until_due = (progress.next_at - ids.now()).total_seconds() if progress.next_at else QUIET_ANCHOR_SECONDS
        return min(max(until_due, ANCHOR_SECONDS), QUIET_ANCHOR_SECONDS)

    def _keys(self, keys: InstitutionKeys) -> AnchorKeys:
        return AnchorKeys(sender=self.here.sender(), cosigners=[LocalCosigner(keys.cosigner)])

    def _registering(self, row: LogRow, turn: AnchorTurn) -> Registering:
        operator = Principal("worker", row.institution_id, frozenset({Role.OPERATOR}), "program")
        recovery = self.here.keyring.recovery(self.here.institution_code(row.institution_id))
        return Registering(act=self.here.act(operator), turn=turn, recovery=[recovery.address])

    def _policy(self, row: LogRow) -> AnchorPolicy:
        if row.institution_id not in self._policies:
            owner = self.here.stores.database.read(lambda tx: institution_by_id(tx, row.institution_id))
            self._policies[row.institution_id] = self.here.anchor_policy(owner.zone if owner else "UTC")
        return self._policies[row.institution_id]


@dataclass
class Messaging:
    """The turns of what leaves for people: follow every main log, send the notices that are due."""

    here: Installation

    def turn(self) -> float:
        """Follow and send; come back at once while there is more."""
        act = self.here.act(MACHINE)
        logs = [row for row in self.here.stores.database.read(all_logs) if row.kind == "main"]
        followed = max((follow_log(self.here.stores, act, row) for row in logs), default=0)
        told = max((follow_for_staff(self.here.stores, act, row) for row in logs), default=0)
        sent = send_notices(self.here.stores, act, self.here.outgoing)
        sent += send_staff_news(self.here.stores, act, self.here.posting)
        sent += send_applicant_mail(self.here.stores, act, self.here.mail_ways)
        return 0.0 if max(followed, told) >= FOLLOWED_AT_ONCE or sent else MESSAGE_SECONDS


@dataclass
class Delivering:
    """The turns of what leaves for programs: deliver the events that are due to their webhooks."""

    here: Installation
    _poster: "WebhookPoster | None" = None

    def turn(self) -> float:
        """Deliver; come back at once while there is more."""
        return 0.0 if deliver_events(self.here.stores, self.here.act(MACHINE), self._webhooks()) else MESSAGE_SECONDS

    def _webhooks(self) -> "WebhookPoster":
        if self._poster is None:
            from ledger.messages.webhook import WebhookPoster  # noqa: PLC0415  # an HTTP client takes its time to load

            self._poster = WebhookPoster(allow_private=self.here.settings.webhook_private)
        return self._poster


@dataclass
class Minding:
    """The turns of the calendar: agreements and applications that run out, people to remind, decisions that are overdue."""

    here: Installation

    def turn(self) -> float:
        """Expire, remind, escalate and lapse; come back in a minute. One agreement that cannot be opened holds up nothing else."""
        in_turn((expire, remind_due, escalate, lapse), lambda work: work(self.here.stores, self.here.act(MACHINE)))
        return MINDING_SECONDS


@dataclass
class Publishing:
    """The turns of the blacklist's registry; `co_located`: it also runs the evaluators, and makes them on a first start."""

    here: Installation
    co_located: bool = False
    _ready: bool = False

    def turn(self) -> float:
        """Publish a version of each open epoch when one is due."""
        if self.co_located and not self._ready:
            ensure_blacklist(self.here)
            self._ready = True
        found = self.here.stores.database.read(epochs)
        if not found:
            return PUBLISH_LOOK_SECONDS
        key = registry_key(self.here)
        operator = Principal("worker", key.institution_id, frozenset({Role.OPERATOR}), "program")
        cadence = timedelta(seconds=self.here.settings.blacklist_seconds)
        for row in found:
            if not signed_epoch(row).epoch.is_open(ids.now()):
                continue  # what nobody listed again has ended with it
            publish_version(self.here.stores, self.here.act(operator), row.id, key, cadence=cadence)
        return min(PUBLISH_LOOK_SECONDS, cadence.total_seconds() / 4)


@dataclass
class Lapsing:
    """The turns of the blacklist's clocks: disputes that ran out, listings whose end has come."""

    here: Installation

    def turn(self) -> float:
        """Suspend and expire what is due, where a registry is open here."""
        if self.here.stores.database.read(epochs):
            key = registry_key(self.here)
            operator = Principal("worker", key.institution_id, frozenset({Role.OPERATOR}), "program")
            lapse_listings(self.here.stores, self.here.act(operator), key)
        return PUBLISH_LOOK_SECONDS


@dataclass
class Rooting:
    """The turns of the blacklist's chain side: who belongs to the consortium, and each version on record."""

    here: Installation
    holder: str
    co_located: bool = False

    def turn(self) -> float:
        """Found a consortium of one on an embedded chain, see its members, publish what is due."""
        stores, client = self.here.stores, self.here.client
        row = stores.database.read(consortium_of_installation)
        if row is None and self.co_located and self.here.embedded is not None:
            row = found_consortium(self.here, [own_card(self.here)], self.holder)
        if row is None:
            return PUBLISH_LOOK_SECONDS
        require_binding(client, bound(stores))
        watch_consortium(stores, client, ids.now())
        states = [self._publish(epoch) for epoch in stores.database.read(epochs)]
        if {RootState.SENT, RootState.BUSY} & set(states):
            return ANCHOR_SECONDS
        return min(ROOT_SECONDS, self.here.settings.blacklist_seconds / 4)

    def _publish(self, epoch: EpochRow) -> RootState:
        if not signed_epoch(epoch).epoch.is_open(ids.now()):
            return RootState.NOTHING_NEW
        turn = consortium_turn(self.here, self.holder)
        return publish_roots(self.here.stores, self.here.client, root_keys(self.here), turn, epoch)


@dataclass
class Figuring:
    """The turns of the figures: take new entries of every main log into what they are counted from."""

    here: Installation

    def turn(self) -> float:
        """Fold; come back at once while there is more."""
        logs = [row for row in self.here.stores.database.read(all_logs) if row.kind == "main"]
        folded = max((fold_figures(self.here.stores, row) for row in logs), default=0)
        return 0.0 if folded >= FOLDED_AT_ONCE else FIGURE_SECONDS


@dataclass
class Tidying:
    """The turns of housekeeping."""

    here: Installation

    def turn(self) -> float:
        """Forget old idempotency records, and what has served of messages; come back in an hour."""
        forget_requests(self.here.stores, ids.now())
        forget_messages(self.here.stores, ids.now())
        return TIDY_SECONDS
