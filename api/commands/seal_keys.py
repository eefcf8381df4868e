"""What `tally keys seal-request` and `seal-import` do: the certificate of an institution's seal, from a certificate authority."""

from dataclasses import dataclass
from pathlib import Path

from cryptography import x509

from api.commands.configured import read_settings
from api.commands.files import write_file
from api.wiring.installation import with_device
from api.wiring.keyring import Keyring, open_keyring
from api.wiring.seal_tools import CHAIN_FILE, check_chain, read_chain
from ledger.core.log.directory import check_code
from ledger.errors import InvalidInput
from signing.keys.seal_key import certificate_request


@dataclass(frozen=True)
class ImportedChain:
    """Where the chain is kept, and what its certificates say."""

    file: Path
    subject: str
    until: str
    root: str


def make_request(code: str, *, name: str, country: str) -> bytes:
    """Return a certificate signing request (PEM) for the institution's seal key; raise InvalidInput("keys.request")."""
    keyring = _keyring(code)
    try:
        return certificate_request(keyring.any_seal_key(code, make=True), name=name, country=country)
    except ValueError as error:
        raise InvalidInput(
            "keys.request", f"expected a name of 1 to 64 bytes and a country of 2 letters: {error}"
        ) from error


def import_chain(code: str, file: Path, *, force: bool) -> ImportedChain:
    """Keep the chain as that of the institution's seal; raise Unavailable (seal.other-key, seal.broken-chain, …)."""
    keyring, chain = _keyring(code), read_chain(file)
    check_chain(keyring.any_seal_key(code), chain)
    kept = keyring.folder / code / CHAIN_FILE
    write_file(kept, file.read_bytes(), force=force)
    own, root = (x509.load_der_x509_certificate(chain[place]) for place in (0, -1))
    return ImportedChain(
        kept, own.subject.rfc4514_string(), own.not_valid_after_utc.isoformat(), root.subject.rfc4514_string()
    )


def _keyring(code: str) -> Keyring:
    settings = read_settings()
    files = open_keyring(settings.keys_folder, settings.key_passphrase.get_secret_value(), make=False)
    keyring = with_device(files, settings)
    if not (keyring.folder / check_code(code)).is_dir():
        raise InvalidInput("keys.no-institution", f"expected the keys of an institution at {keyring.folder / code}")
    return keyring
