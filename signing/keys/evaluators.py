"""What an evaluator keeps: the seed of a key ceremony while it runs, then its share of the epoch's key, each in a sealed file.

Promises: what `sealed_file` promises; a share answers batches with a proof and shows in no repr or pickle; it opens only for the
epoch it was made for. Leaves to others: whether a request may be answered, and backups (a lost share is made good by a new epoch).
Format: `tally/share-file/v1`.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from signing.algorithms import parse_hex
from signing.errors import InvalidEncoding, KeyUnavailable
from signing.keys.sealed_file import (
    Header,
    check_made_for,
    check_passphrase,
    parse_header,
    read_private,
    seal,
    unseal,
    write_new,
)
from signing.oprf.dleq import hedged_nonce, prove
from signing.oprf.group import Element, Scalar, scalar, times, times_base
from signing.oprf.threshold import MODE, Part

SHARE_PURPOSE = "evaluator-share"

_KIND = "share-file"
_MEMBERS = frozenset({"epoch", "index"})


class Share:
    """One evaluator's share of an epoch's key."""

    def __init__(self, index: int, secret: Scalar) -> None:
        self.index = index
        self.public = times_base(secret)
        self._secret = secret

    def evaluate(self, blinded: Sequence[Element], random: bytes) -> Part:
        """Return the part of this share for a batch, with one proof; `random`: 32 fresh bytes."""
        elements = tuple(times(self._secret, element) for element in blinded)
        pairs = list(zip(blinded, elements, strict=True))
        nonce = hedged_nonce(self._secret, random, pairs)
        return Part(self.index, elements, prove(MODE, self._secret, self.public, pairs, nonce))

    def __repr__(self) -> str:
        return f"<Share of evaluator {self.index}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("expected a share to stay in this process: load it from its file instead of pickling it")


def keep_share(path: Path, *, epoch: bytes, index: int, secret: Scalar, passphrase: bytes) -> Share:
    """Write a share's file and return it open; raise KeyUnavailable: key.no-passphrase, key.exists, key.not-written."""
    check_passphrase(passphrase)
    members: Header = {"purpose": SHARE_PURPOSE, "epoch": epoch.hex(), "index": index}
    write_new(path, seal(_KIND, members, secret, passphrase))
    return Share(index, secret)


def load_share(path: Path, *, epoch: bytes, passphrase: bytes) -> Share:
    """Return the share of this file, which must be of this epoch.

    Raises KeyUnavailable: key.missing, key.unreadable, key.exposed, key.malformed, key.wrong-purpose, key.wrong-passphrase,
    key.no-passphrase, key.wrong-epoch.
    """
    check_passphrase(passphrase)
    try:
        header = parse_header(_KIND, read_private(path), _MEMBERS)
        found, index = parse_hex(header["epoch"], code="key.malformed"), header["index"]
    except InvalidEncoding as error:
        raise KeyUnavailable("key.malformed", f"expected a share file (tally/{_KIND}/v1): {error.message}") from error
    check_made_for(SHARE_PURPOSE, header, path)
    if found != epoch or not isinstance(index, int):
        raise KeyUnavailable(
            "key.wrong-epoch", f"expected a share of the epoch that is served, {path.name} is of another"
        )
    return Share(index, scalar(unseal(_KIND, header, passphrase)))
