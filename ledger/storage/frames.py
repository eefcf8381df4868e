"""Encryption of documents at rest: AES-256-GCM in frames of 1 MiB, so that no file is too large for memory.

Promises: a wrong key, another header, a changed, missing, repeated, moved or added frame is refused. Each file has its
own key, derived from the record key and a random salt, so nonces never repeat. Leaves keys to `record_keys`. DESIGN 3.

Layout: tag, 32-byte salt, frames (1 MiB of ciphertext + 16-byte GCM tag; the last is shorter or equal, never missing).
Nonce of a frame: 7 zero bytes, frame counter (4 bytes big endian), 1 if it is the last else 0. AAD: tag and header.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from itertools import chain

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from ledger.errors import VerificationFailed

TAG = b"tally/frames/v1\n"
FRAME = 1 << 20  # AES-GCM at full speed, and a bounded amount of unverified plaintext
SEALED_FRAME = FRAME + 16
SALT = 32


def seal(key: bytes, data: bytes, *, header: bytes, random: Callable[[int], bytes] = os.urandom) -> bytes:
    """Return `data` encrypted under a 32-byte key and bound to `header` (what the record says about the file)."""
    return b"".join(seal_stream(key, [data], header=header, random=random))


def unseal(key: bytes, sealed: bytes, *, header: bytes) -> bytes:
    """Return the data; VerificationFailed("document.wrong-key-or-altered") when any of it differs."""
    return b"".join(unseal_stream(key, [sealed], header=header))


def seal_stream(
    key: bytes, data: Iterable[bytes], *, header: bytes, random: Callable[[int], bytes] = os.urandom
) -> Iterator[bytes]:
    """Yield the sealed form of chunks of any size, holding about one frame."""
    salt = random(SALT)
    cipher = _cipher(key, salt)
    yield TAG + salt
    for counter, frame, is_last in _frames(data, FRAME):
        yield cipher.encrypt(_nonce(counter, is_last=is_last), frame, TAG + header)


def unseal_stream(key: bytes, sealed: Iterable[bytes], *, header: bytes) -> Iterator[bytes]:
    """Yield verified frames; the caller must not use any before the last, which proves that none is missing.

    Raises VerificationFailed("document.wrong-key-or-altered").
    """
    chunks = iter(sealed)
    start = b""
    while len(start) < len(TAG) + SALT and (chunk := next(chunks, None)) is not None:
        start += chunk
    opening, rest = start[: len(TAG) + SALT], start[len(TAG) + SALT :]
    if len(opening) != len(TAG) + SALT or not opening.startswith(TAG):
        raise _altered()
    cipher = _cipher(key, opening[len(TAG) :])
    for counter, frame, is_last in _frames(chain([rest], chunks), SEALED_FRAME):
        try:
            yield cipher.decrypt(_nonce(counter, is_last=is_last), frame, TAG + header)
        except InvalidTag as error:
            raise _altered() from error


def _frames(data: Iterable[bytes], size: int) -> Iterator[tuple[int, bytes, bool]]:
    """Yield (counter, frame, is last); the last one may be empty, so that every file has one."""
    counter = 0
    held = bytearray()
    for chunk in data:
        view = memoryview(chunk)
        while len(held) + len(view) > size:
            take = size - len(held)
            held += view[:take]
            view = view[take:]
            yield counter, bytes(held), False
            held.clear()
            counter += 1
        held += view
    yield counter, bytes(held), True


def _nonce(counter: int, *, is_last: bool) -> bytes:
    return bytes(7) + counter.to_bytes(4, "big") + bytes([is_last])


def _cipher(key: bytes, salt: bytes) -> AESGCM:
    return AESGCM(HKDF(algorithm=SHA256(), length=32, salt=salt, info=TAG).derive(key))


def _altered() -> VerificationFailed:
    return VerificationFailed(
        "document.wrong-key-or-altered",
        "expected the sealed bytes of this record under its key, got other bytes or another key: run `tally audit`",
    )
