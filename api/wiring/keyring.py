"""Which key files an installation has, and where; made once, loaded at start (DESIGN section 1: one key, one purpose).

Promises: a missing or exposed key file is a refusal to start that names the file; each file is opened once in a process,
however many threads ask, since opening one takes a third of a second by design. Leaves the files' format to signing.keys.
"""

import os
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeAlias, TypeVar

from ledger.errors import Unavailable
from signing.algorithms import Suite
from signing.keys.evaluators import Share
from signing.keys.files import create_key, load_key
from signing.keys.seal_key import FileSealKey, SealKey, create_seal_key, load_seal_key
from signing.keys.sealed_file import new_passphrase
from signing.keys.secret_files import create_secret, load_secret
from signing.keys.signer import AnySigner, EvmSigner, Signer

_PRIVATE_FILE, _PRIVATE_FOLDER = 0o600, 0o700
_SECRETS = ("record-keys", "pseudonyms", "search")
_AT_ONCE = 4  # the work of opening a file leaves the interpreter free: as many at once as a small machine has cores

if TYPE_CHECKING:
    from signing.keys.pkcs11 import Device, DeviceSigner

Opened = TypeVar("Opened")
HeldKey: TypeAlias = "AnySigner | DeviceSigner"


@dataclass(frozen=True, kw_only=True)
class LogSigners:
    """The two keys of one log: Ed25519 for its checkpoints, EIP-712 for the registry."""

    note: Signer
    evm: EvmSigner


@dataclass(frozen=True, kw_only=True)
class InstitutionKeys:
    """The keys that one institution's record rests on."""

    institution: Signer
    main: LogSigners
    access: LogSigners
    cosigner: EvmSigner


class _Once(Generic[Opened]):
    """What each file held when it was opened first; two who ask for one file open it once, for two files side by side."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._locks: dict[Path, threading.Lock] = {}
        self._opened: dict[Path, Opened] = {}

    def get(self, path: Path, opening: Callable[[], Opened]) -> Opened:
        """Return what `path` holds, by `opening` it the first time; one that fails is tried again by the next who asks."""
        with self._lock:
            own = self._locks.setdefault(path, threading.Lock())
        with own:
            if path not in self._opened:
                self._opened[path] = opening()
            return self._opened[path]


@dataclass(frozen=True)
class Keyring:
    """The folder of key files and the passphrase that opens them."""

    folder: Path
    passphrase: bytes = field(repr=False)
    device: "Device | None" = field(default=None, repr=False, compare=False)
    in_device: frozenset[str] = frozenset()  # the purposes whose keys are in the device
    _keys: _Once[AnySigner] = field(default_factory=_Once, repr=False, compare=False)
    _secrets: _Once[bytes] = field(default_factory=_Once, repr=False, compare=False)
    _shares: _Once[Share] = field(default_factory=_Once, repr=False, compare=False)
    _seals: _Once[FileSealKey] = field(default_factory=_Once, repr=False, compare=False)

    def institution(self, code: str) -> InstitutionKeys:
        """Load an institution's keys; raises KeyUnavailable."""
        return self._institution(code, make=False)

    def create_institution(self, code: str) -> InstitutionKeys:
        """Make an institution's keys, keeping those a crash left behind: a key file is never overwritten."""
        (self.folder / code).mkdir(mode=_PRIVATE_FOLDER, parents=True, exist_ok=True)
        self.recovery(code, make=True)
        return self._institution(code, make=True)

    def institution_signer(self, code: str) -> Signer:
        """Return the key with which an institution signs its directory, without opening its others."""
        return _signer(self._institution_key(code, make=False))

    def rules(self, code: str) -> Signer | None:
        """Return the key with which an institution's rule sets sign what they decide; None where none was made yet."""
        return self.create_rules(code) if (self.folder / code / "rules.json").exists() else None

    def create_rules(self, code: str) -> Signer:
        """Return that key, made now where there is none."""
        return _signer(self._key(self.folder / code / "rules.json", "rules", Suite.ED25519, make=True))

    def recovery(self, code: str, *, make: bool = False) -> EvmSigner:
        """Return the key that may name a log's successor: needed when a log is registered, and closed otherwise."""
        return _evm(self._key(self.folder / code / "recovery.json", "recovery", Suite.EIP712, make=make))

    def sender(self, *, make: bool = False) -> EvmSigner:
        """Return the key that pays for transactions."""
        return _evm(self._key(self.folder / "sender.json", "sender", Suite.EIP712, make=make))

    def named(self, name: str, purpose: str, *, make: bool = False) -> Signer:
        """Return an Ed25519 key of its own file, for one purpose of the blacklist."""
        return _signer(self._key(self.folder / f"{name}.json", purpose, Suite.ED25519, make=make))

    def consortium(self, purpose: str, *, make: bool = False) -> EvmSigner:
        """Return the voting key ("voter") or the key of what members sign together ("signer")."""
        name = f"consortium-{purpose}"
        return _evm(self._key(self.folder / f"{name}.json", name, Suite.EIP712, make=make))

    def share(self, path: Path, opening: Callable[[], Share]) -> Share:
        """Return an evaluator's share, whose file is opened once in a process."""
        return self._shares.get(path, opening)

    def secret(self, purpose: str, *, make: bool = False) -> bytes:
        """Return the 32-byte secret of one purpose (`signing.keys.secret_files.SECRET_PURPOSES`)."""
        path = self.folder / f"{purpose}.json"

        def opening() -> bytes:
            work = create_secret if make and not path.exists() else load_secret
            return work(path, purpose=purpose, passphrase=self.passphrase)

        return self._secrets.get(path, opening)

    def any_seal_key(self, code: str, *, make: bool = False) -> SealKey:
        """Return the key of an institution's seal, from the device where it is there."""
        if self.device is not None and "seal" in self.in_device:
            return self.device.seal(code)
        return self.seal_key(code, make=make)

    def seal_key(self, code: str, *, make: bool = False) -> FileSealKey:
        """Return the key of an institution's seal in its file; `make` makes it where there is none."""
        path = self.folder / code / "seal-key.json"

        def opening() -> FileSealKey:
            work = create_seal_key if make and not path.exists() else load_seal_key
            return work(path, passphrase=self.passphrase)

        return self._seals.get(path, opening)

    def _institution(self, code: str, *, make: bool) -> InstitutionKeys:
        home = self.folder / code
        opening: tuple[Callable[[], HeldKey], ...] = (
            lambda: self._institution_key(code, make=make),
            lambda: self._key(home / "log.json", "log", Suite.ED25519, make=make),
            lambda: self._key(home / "log-evm.json", "log-evm", Suite.EIP712, make=make),
            lambda: self._key(home / "access-log.json", "log", Suite.ED25519, make=make),
            lambda: self._key(home / "access-log-evm.json", "log-evm", Suite.EIP712, make=make),
            lambda: self._key(home / "cosigner.json", "cosigner", Suite.EIP712, make=make),
        )
        institution, note, evm, access_note, access_evm, cosigner = _together(opening)
        return InstitutionKeys(
            institution=_signer(institution),
            main=LogSigners(note=_signer(note), evm=_evm(evm)),
            access=LogSigners(note=_signer(access_note), evm=_evm(access_evm)),
            cosigner=_evm(cosigner),
        )

    def _institution_key(self, code: str, *, make: bool) -> "HeldKey":
        if self.device is not None and "institution" in self.in_device:  # made there beforehand, never by us
            return self.device.signer(code, "institution")
        path = self.folder / code / "institution.json"
        return self._key(path, "institution", Suite.ED25519, make=make)

    def _key(self, path: Path, purpose: str, suite: Suite, *, make: bool) -> AnySigner:
        def opening() -> AnySigner:
            if make and not path.exists():
                return create_key(path, purpose=purpose, suite=suite, passphrase=self.passphrase)
            return load_key(path, purpose=purpose, passphrase=self.passphrase)

        return self._keys.get(path, opening)


def _together(openings: Iterable[Callable[[], Opened]]) -> list[Opened]:
    """Open several files side by side; the first that fails is raised."""
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return list(pool.map(lambda opening: opening(), openings))


def _signer(key: "HeldKey") -> Signer:
    if isinstance(key, EvmSigner):
        raise Unavailable("key.wrong-suite", "expected a key that signs bytes, got a wallet key")
    return key


def _evm(key: "HeldKey") -> EvmSigner:
    if not isinstance(key, EvmSigner):
        raise Unavailable("key.wrong-suite", "expected a wallet key, got one that signs bytes")
    return key


def open_keyring(folder: Path, passphrase: str, *, make: bool) -> Keyring:
    """Return the keyring; without a passphrase in the settings one is kept in `folder`, readable by its owner only.

    Raises Unavailable("keys.missing") when there is neither and `make` is False.
    """
    if make:
        folder.mkdir(mode=_PRIVATE_FOLDER, parents=True, exist_ok=True)
    if passphrase:
        return Keyring(folder, passphrase.encode())
    file = folder / "passphrase"
    if make and not file.exists():
        write_private(file, new_passphrase())
    try:
        return Keyring(folder, file.read_text(encoding="utf-8").strip().encode())
    except FileNotFoundError as error:
        message = (
            "no passphrase for the key files: set TALLY_KEY_PASSPHRASE, or run `tally up` once to make a local one"
        )
        raise Unavailable("keys.missing", message) from error


def open_shared(keyring: Keyring, *, make: bool, with_sender: bool) -> None:
    """Open what the whole installation needs, side by side; `make` makes what is missing. Raises KeyUnavailable."""
    openings: list[Callable[[], object]] = [partial(keyring.secret, purpose, make=make) for purpose in _SECRETS]
    if with_sender:
        openings.append(partial(keyring.sender, make=make))
    _together(openings)


def write_private(file: Path, text: str) -> None:
    """Write a file that only its owner can read, never over an existing one."""
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE_FILE)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(text + "\n")
        stream.flush()
        os.fsync(stream.fileno())
