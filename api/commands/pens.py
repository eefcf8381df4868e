"""Signing a statement with a key file on this machine, or reading a signature that was made elsewhere."""

from pathlib import Path

from api.commands.files import read_file
from api.commands.passphrase import read_passphrase
from signing.canonical import decode
from signing.envelope import Signature
from signing.keys.files import load_key, read_public_key
from signing.keys.signer import EvmSigner
from signing.statement import parse_statement
from signing.typed_data import typed_digest

SIGNING_PURPOSES = ("signer", "institution")
_MOST_BYTES = 4096


def sign_statement(data: bytes, key_file: Path) -> Signature:
    """Sign the statement's exact bytes (typed data for a wallet key); raise KeyUnavailable, InvalidEncoding."""
    statement = parse_statement(data)
    purpose, _ = read_public_key(key_file)
    key = load_key(
        key_file,
        purpose=purpose if purpose in SIGNING_PURPOSES else "signer",
        passphrase=read_passphrase(f"Passphrase of {key_file}"),
    )
    value = key.sign_digest(typed_digest(*statement.typed_data())) if isinstance(key, EvmSigner) else key.sign(data)
    return Signature(key.public.suite, key.public.key_id, value)


def read_signature(file: Path) -> Signature:
    """Return a signature from its JSON file; raise InvalidEncoding."""
    return Signature.from_json(decode(read_file(file, most=_MOST_BYTES).strip()))
