"""One small secret in one file: sealed under a passphrase, bound to what the file says about itself, written once.

Promises: a file is created and never overwritten, is on disk when `write_new` returns, and opens only with its passphrase
and unaltered (every member is authenticated with the secret). A file that others on the machine can read is refused.
Leaves to others: which members a file has (files, secret_files), where files and passphrases are kept, backups.
Form: canonical JSON; AES-256-GCM under a key from the passphrase: by scrypt (RFC 7914, version 1), or by HKDF-SHA256
(RFC 5869, version 2) from a passphrase that `new_passphrase` made, which nobody can guess and nothing need stretch. ADR 0102.
"""

import os
import re
import secrets
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Final, TypeAlias

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from signing.algorithms import parse_hex
from signing.canonical import Json, decode, encode
from signing.envelope import tagged_hash
from signing.errors import InvalidEncoding, KeyUnavailable

SECRET_BYTES: Final = 32

_SALT_BYTES = 16
_NONCE_BYTES = 12
_MAX_FILE_BYTES = (
    4096  # such a file has some 400 bytes; the limit keeps a mistaken path (a disk image, a pipe) harmless
)
_SCRYPT_N, _SCRYPT_R, _SCRYPT_P = (
    2**15,
    8,
    3,
)  # 32 MiB and a quarter of a second per guess: OWASP's set for this much memory
_STRETCHED, _RANDOM = 1, 2  # the versions of the form: how the passphrase becomes a key
_MADE_HERE = re.compile(rb"tally-random-1:[A-Za-z0-9_-]{43}")  # 32 random bytes, and said to be
_OTHERS = stat.S_IRWXG | stat.S_IRWXO

Header: TypeAlias = dict[str, Json]


def check_passphrase(passphrase: bytes) -> None:
    if not passphrase:
        raise KeyUnavailable("key.no-passphrase", "expected a passphrase for the key file, got an empty one")


def new_passphrase() -> str:
    """Return a passphrase of 32 random bytes, for an installation that keeps its own: its key files open without stretching."""
    return f"tally-random-1:{secrets.token_urlsafe(32)}"


def seal(kind: str, members: Mapping[str, Json], secret: bytes, passphrase: bytes) -> bytes:
    """Return the bytes of a file of this kind that says `members` and holds `secret`."""
    salt, nonce = secrets.token_bytes(_SALT_BYTES), secrets.token_bytes(_NONCE_BYTES)
    version = _RANDOM if _MADE_HERE.fullmatch(passphrase) else _STRETCHED
    header: Header = {**members, "tag": f"tally/{kind}/v{version}", "salt": salt.hex()}
    sealed = nonce + AESGCM(_derive(version, passphrase, salt)).encrypt(nonce, secret, _bound(kind, header))
    return encode({**header, "sealed": sealed.hex()})


def unseal(kind: str, header: Header, passphrase: bytes) -> bytes:
    """Return the secret; raise KeyUnavailable("key.wrong-passphrase")."""
    sealed = parse_hex(header["sealed"], code="key.malformed")
    version = _STRETCHED if header["tag"] == f"tally/{kind}/v{_STRETCHED}" else _RANDOM
    key = _derive(version, passphrase, parse_hex(header["salt"], code="key.malformed"))
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], _bound(kind, header))
    except InvalidTag as error:
        raise KeyUnavailable(
            "key.wrong-passphrase", "this passphrase does not open the key file, or the file was altered"
        ) from error


def parse_header(kind: str, data: bytes, members: frozenset[str]) -> Header:
    """Return what a file of this kind says, unauthenticated; raise InvalidEncoding("key.malformed")."""
    value, fields = decode(data), members | {"tag", "purpose", "salt", "sealed"}
    if (
        not isinstance(value, dict)
        or value.keys() != fields
        or value["tag"] not in {f"tally/{kind}/v{version}" for version in (_STRETCHED, _RANDOM)}
        or not isinstance(value["purpose"], str)
    ):
        raise InvalidEncoding("key.malformed", f"expected an object of exactly {', '.join(sorted(fields))}")
    lengths = {"salt": _SALT_BYTES, "sealed": _NONCE_BYTES + SECRET_BYTES + 16}
    for name, length in lengths.items():
        if len(parse_hex(value[name], code="key.malformed")) != length:
            raise InvalidEncoding("key.malformed", f"expected {name} to be {length} bytes")
    return value


def check_made_for(purpose: str, header: Header, path: Path) -> None:
    if header["purpose"] != purpose:
        raise KeyUnavailable(
            "key.wrong-purpose", f"expected a key made for {purpose}, got one for {header['purpose']}: {path.name}"
        )


def read_private(path: Path) -> bytes:
    """Return the bytes of a file that only its owner can read; raise KeyUnavailable: key.missing, unreadable, exposed, malformed."""
    try:
        # O_NONBLOCK: opening a pipe by mistake must not wait for its other end.
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except FileNotFoundError as error:
        raise KeyUnavailable(
            "key.missing", f"expected a key file at {path}: create it, or restore it from its backup"
        ) from error
    except OSError as error:
        raise KeyUnavailable("key.unreadable", f"expected to read the key file {path}: {error.strerror}") from error
    try:
        _check_private(path, os.fstat(descriptor))
        return os.read(descriptor, _MAX_FILE_BYTES)
    finally:
        os.close(descriptor)


def write_new(path: Path, data: bytes) -> None:
    """Write a file with mode 0600, never over an existing one; raise KeyUnavailable: key.exists, key.not-written."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(descriptor)
        _sync_folder(path.parent)
    except FileExistsError as error:
        raise KeyUnavailable(
            "key.exists", f"expected no file at {path}: a key is never overwritten, choose another name"
        ) from error
    except OSError as error:
        raise KeyUnavailable(
            "key.not-written", f"expected to write {path}: {error.strerror}; remove what is left of it"
        ) from error


def _derive(version: int, passphrase: bytes, salt: bytes) -> bytes:
    if version == _RANDOM:
        return HKDF(algorithm=SHA256(), length=32, salt=salt, info=b"tally/sealed-file/v2").derive(passphrase)
    return Scrypt(salt=salt, length=32, n=_SCRYPT_N, r=_SCRYPT_R, p=_SCRYPT_P).derive(passphrase)


def _bound(kind: str, header: Header) -> bytes:
    """Return what is authenticated with the secret: everything in the file but the sealed secret."""
    return tagged_hash(kind, encode({name: value for name, value in header.items() if name != "sealed"}))


def _check_private(path: Path, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode) or status.st_size > _MAX_FILE_BYTES:
        raise KeyUnavailable("key.malformed", f"expected {path} to be a file of at most {_MAX_FILE_BYTES} bytes")
    if status.st_mode & _OTHERS:
        raise KeyUnavailable("key.exposed", f"expected {path} to be readable by its owner only: run chmod 600 on it")


def _sync_folder(folder: Path) -> None:
    """Make the new name itself survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
