"""One installation: settings joined with the stores, the chain and the keys. The only place that joins parts.

Promises: it refuses to start rather than guess (unmigrated database, missing key, wrong chain). Leaves what to do with
the parts to the routes, the commands and the worker.
"""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from api.settings import Settings
from api.wiring import ids
from api.wiring.keyring import InstitutionKeys, Keyring, open_keyring, open_shared
from api.wiring.seal_tools import SealBench
from api.wiring.senders import senders_of
from ledger.chain.client import ChainClient
from ledger.chain.remote import connect, forward
from ledger.core.evidence.trust import TrustedPages
from ledger.core.evidence.trust_seals import TrustedSeals
from ledger.core.log.anchoring import AnchorPolicy
from ledger.core.log.permissions import Principal, Role
from ledger.errors import LedgerError, Unavailable
from ledger.messages.door import Handing, Senders
from ledger.messages.outbox import Outbox
from ledger.services.agreements.enrol_seal_key import enrol_seal_key
from ledger.services.agreements.send_notices import Outgoing
from ledger.services.applications.send_applicant_mail import MailWays
from ledger.services.context import Act, Once, Stores
from ledger.services.log.institution_key import InstitutionKey
from ledger.services.log.register_log import bound
from ledger.services.log.send_staff_news import Posting
from ledger.storage.database import Database
from ledger.storage.directory import institution_by_id
from ledger.storage.migrate import migrate, require_current
from ledger.storage.objects import Objects
from ledger.storage.record_keys import RecordKeys
from signing.algorithms import PublicKey
from signing.keys.seal_key import registered_key
from signing.keys.signer import EvmSigner, Signer
from signing.pdf.typeset import SHIPPED_FONTS, SHIPPED_TEMPLATES, Typesetter
from signing.webauthn import RelyingParty

if TYPE_CHECKING:
    from ledger.chain.embedded.chain import EmbeddedChain
    from signing.pdf.seal import SealTools

CHAIN_TIMEOUT_SECONDS = 10.0


@dataclass
class _Kept:
    """What is read once and kept: it never changes."""

    codes: dict[str, str] = field(default_factory=dict)
    institution_keys: dict[str, InstitutionKeys] = field(default_factory=dict)
    chain_id: int | None = None
    port: int | None = None
    seals: SealBench | None = None


@dataclass(frozen=True, kw_only=True)
class Installation:
    """Everything a process needs, opened."""

    settings: Settings
    stores: Stores
    keyring: Keyring
    client: ChainClient
    embedded: "EmbeddedChain | None"
    public_rpc: Callable[[bytes], bytes] | None = None  # what `/rpc` answers; None where the chain is not embedded
    _kept: _Kept = field(default_factory=_Kept)

    def act(self, principal: Principal, once: Once | None = None) -> Act:
        """Return the circumstances of one call: who, now, and where ids and randomness come from."""
        return Act(principal=principal, now=ids.now(), new_id=ids.new_id, random=ids.random_bytes, once=once)

    def now(self) -> datetime:
        """Return the present moment, for what is no act."""
        return ids.now()

    def institution_key(self, institution_id: str) -> InstitutionKey:
        """Return the key with which an institution signs its directory; raises Unavailable, KeyUnavailable."""
        return InstitutionKey(institution_id, self.keyring.institution_signer(self.institution_code(institution_id)))

    def rules_key(self, institution_id: str) -> Signer | None:
        """Return the key of an institution's rule sets, for that purpose alone; None where none was published yet."""
        return self.keyring.rules(self.institution_code(institution_id))

    def make_rules_key(self, institution_id: str) -> PublicKey:
        """Return the public part of that key, made now where there is none."""
        return self.keyring.create_rules(self.institution_code(institution_id)).public

    def institution_code(self, institution_id: str) -> str:
        """Return the code under which an institution's key files lie; raises Unavailable("institution.unknown")."""
        codes = self._kept.codes
        if institution_id not in codes:
            row = self.stores.database.read(lambda tx: institution_by_id(tx, institution_id))
            if row is None:
                raise Unavailable("institution.unknown", "this installation holds no such institution")
            codes[institution_id] = row.code
        return codes[institution_id]

    def institution_keys(self, institution_id: str) -> InstitutionKeys:
        """Return an institution's keys; raises Unavailable, KeyUnavailable."""
        kept = self._kept.institution_keys
        if institution_id not in kept:
            kept[institution_id] = self.keyring.institution(self.institution_code(institution_id))
        return kept[institution_id]

    @property
    def seals(self) -> SealBench:
        """What this installation's institutions seal with."""
        if self._kept.seals is None:
            self._kept.seals = SealBench(self.settings, self.keyring, ids.now)
        return self._kept.seals

    def seal_tools(self, institution_id: str) -> "SealTools":
        """Return what an institution seals with; raises Unavailable (seal.…), KeyUnavailable."""
        code = self.institution_code(institution_id)
        # An institution's name is a committed value; only that of the first one is known without opening a record.
        name = self.settings.institution_name if code == self.settings.institution_code else code
        tools = self.seals.tools(code, name)
        key = registered_key(tools.key.public_key_info)
        worker = self.act(Principal("worker", institution_id, frozenset({Role.OPERATOR}), "program"))
        enrol_seal_key(self.stores, worker, key, self.institution_key(institution_id))
        return tools

    def seal_roots(self) -> TrustedSeals | None:
        """Return the roots that seals of this installation lead to; None where it has no seal yet."""
        roots, stamps = self.seals.roots()
        return TrustedSeals(roots=roots, time_stamp_roots=stamps) if roots else None

    def sender(self) -> EvmSigner:
        """Return the key that pays for transactions."""
        return self.keyring.sender()

    @property
    def typesetter(self) -> Typesetter:
        return typesetter_of(self.settings)

    @property
    def chain_id(self) -> int:
        """The id of the chain this installation is bound to; raises Unavailable("chain.unbound")."""
        if self._kept.chain_id is None:
            self._kept.chain_id = bound(self.stores).chain_id
        return self._kept.chain_id

    @property
    def outgoing(self) -> Outgoing:
        """How notices leave, and where their links lead."""
        return Outgoing(senders=self.senders, link_of=lambda token: f"{self.public_url}/sign/{token}")

    @property
    def mail_ways(self) -> MailWays:
        """How applicants are written to, and what is put on record of it."""
        return MailWays(senders=self.senders, channel="email" if self.settings.smtp_host else "folder")

    @property
    def posting(self) -> Posting:
        """How mail to staff leaves, and where its pages are."""
        return Posting(senders=self.senders, page=lambda path: f"{self.public_url}{path}")

    @cached_property
    def senders(self) -> Senders:
        """The senders of messages, as the settings name them."""
        return senders_of(self.settings)

    @cached_property
    def code_senders(self) -> Handing:
        """How one-time codes leave: by an outbox of this process, but into the folder at once."""
        return Outbox(self.senders) if self.settings.smtp_host or self.settings.sms_url else self.senders

    @property
    def public_url(self) -> str:
        """The address of the pages as people reach them, without a slash at its end.

        Browsers bind passkeys to names and take `localhost` for safe, so without a setting it is that, and never 127.0.0.1.
        """
        return self.settings.public_url or f"http://localhost:{self._kept.port or self.settings.port}"

    def listens_on(self, port: int) -> None:
        """Note the port that the service of this process was given."""
        self._kept.port = port

    @property
    def signing_party(self) -> RelyingParty:
        """Whose passkeys sign."""
        return self._party(self.settings.passkey_domain)

    @property
    def login_party(self) -> RelyingParty:
        """Whose passkeys sign in: other credentials, and in production of another domain."""
        return self._party(self.settings.login_domain)

    def _party(self, domain: str) -> RelyingParty:
        host = urlsplit(self.public_url).hostname or ""
        return RelyingParty(domain or host, self.settings.institution_name, (self.public_url,))

    @property
    def pages(self) -> tuple[TrustedPages, ...]:
        """What the trust policy says about pages on which passkeys sign."""
        party = self.signing_party
        return (TrustedPages(party.id, party.origins),)

    def anchor_policy(self, zone: str) -> AnchorPolicy:
        """Return when an institution's logs are anchored, from the settings and its time zone."""
        settings = self.settings
        return AnchorPolicy(
            zone=zone,
            every_seconds=settings.anchor_seconds,
            soon_seconds=settings.anchor_soon_seconds,
            fee_bump_seconds=settings.fee_bump_seconds,
            gas_per_day=settings.anchor_gas_per_day,
            low_balance_wei=settings.low_balance_wei,
        )

    def close(self) -> None:
        outbox = self.__dict__.get("code_senders")  # only where a code was sent
        if isinstance(outbox, Outbox):
            outbox.close()
        self.stores.record_keys.close()
        self.stores.database.close()
        if self.embedded is not None:
            self.embedded.close()


def open_installation(settings: Settings, *, make: bool = False, chain_door: str = "") -> Installation:
    """Open every part; `make` (for `tally up`) creates what a first start lacks and migrates the database.

    `chain_door` is where the embedded chain answers when another process owns it. Raises Unavailable, KeyUnavailable,
    Conflict("chain.already-open") and what the parts raise, naming what to do.
    """
    if make:
        settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        migrate(settings.database_url)
    keyring = open_keyring(settings.keys_folder, settings.key_passphrase.get_secret_value(), make=make)
    keyring = with_device(keyring, settings)
    open_shared(keyring, make=make, with_sender=settings.is_embedded and not chain_door)
    with ExitStack() as undo:
        stores = open_stores(settings, keyring)
        undo.callback(stores.database.close)
        undo.callback(stores.record_keys.close)
        # Last: it may hold a lock that only its owner lets go.
        chain = _chain_behind(settings, chain_door) if chain_door else _open_chain(settings, keyring)
        undo.pop_all()
    return Installation(
        settings=settings,
        stores=stores,
        keyring=keyring,
        client=chain.client,
        embedded=chain.embedded,
        public_rpc=chain.public_rpc,
    )


def typesetter_of(settings: Settings) -> Typesetter:
    """Return where fonts and templates are, by the settings."""
    own = (Path(settings.templates),) if settings.templates else ()
    fonts = Path(settings.fonts) if settings.fonts else SHIPPED_FONTS
    return Typesetter(fonts=fonts, templates=(*own, SHIPPED_TEMPLATES))


def with_device(keyring: Keyring, settings: Settings) -> Keyring:
    """Return the keyring with the PKCS#11 device that holds some of its keys; raise Unavailable("keys.no-device")."""
    if not settings.pkcs11_keys:
        return keyring
    if not settings.pkcs11_module:
        message = f"TALLY_PKCS11_KEYS says that {settings.pkcs11_keys} are in a device: name its library in TALLY_PKCS11_MODULE"
        raise Unavailable("keys.no-device", message)
    from signing.keys.pkcs11 import Device  # noqa: PLC0415  # only where a device is used

    device = Device(settings.pkcs11_module, settings.pkcs11_token, settings.pkcs11_pin.get_secret_value())
    return replace(keyring, device=device, in_device=frozenset(settings.pkcs11_keys.split(",")))


def open_stores(settings: Settings, keyring: Keyring) -> Stores:
    """Open the database, the objects and the key store; raise Unavailable("database.unmigrated")."""
    # One connection for each request thread, and eight for the worker's loops: a thread never waits for a connection.
    database = Database(settings.database_url, pool_size=settings.threads + 8)
    try:
        require_current(database)
    except LedgerError:
        database.close()
        raise
    return Stores(
        database=database,
        objects=Objects(settings.objects_url),
        record_keys=RecordKeys(Path(settings.record_keys_folder), keyring.secret("record-keys")),
        pseudonym_key=keyring.secret("pseudonyms"),
        index_key=keyring.secret("search"),
    )


@dataclass(frozen=True)
class _Chain:
    client: ChainClient
    embedded: "EmbeddedChain | None" = None
    public_rpc: Callable[[bytes], bytes] | None = None


def _open_chain(settings: Settings, keyring: Keyring) -> _Chain:
    if not settings.is_embedded:
        return _Chain(_client(settings, settings.chain))
    from ledger.chain.embedded.chain import EmbeddedChain  # noqa: PLC0415  # the EVM costs 60 MB where it is not used

    embedded = EmbeddedChain.open(
        settings.data / "chain",
        funded=(keyring.sender().address,),
        random=ids.random_bytes,
        clock=ids.seconds,
    )
    return _Chain(embedded.client(), embedded, embedded.handle_rpc)


def _chain_behind(settings: Settings, chain_door: str) -> _Chain:
    return _Chain(
        _client(settings, chain_door),
        public_rpc=lambda body: forward(chain_door, body, timeout_seconds=CHAIN_TIMEOUT_SECONDS),
    )


def _client(settings: Settings, url: str) -> ChainClient:
    return connect(url, timeout_seconds=CHAIN_TIMEOUT_SECONDS, confirmations=confirmations(settings))


def confirmations(settings: Settings) -> int | None:
    """Return how many blocks on top make a block final; None asks the chain for its own `finalized` block."""
    if settings.finality == "auto":
        return 0 if settings.is_embedded else None
    return None if settings.finality == "finalized" else int(settings.finality)
