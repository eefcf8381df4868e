"""Where the passphrase of a key file comes from: TALLY_KEY_PASSPHRASE, else the person at the terminal, never an argument."""

import sys
from getpass import getpass

from api.commands.configured import read_settings
from ledger.errors import InvalidInput


def read_passphrase(prompt: str, *, twice: bool = False) -> bytes:
    """Return the passphrase; `twice` asks again, for a new file. Raises InvalidInput: passphrase.missing, passphrase.differs."""
    given = read_settings().key_passphrase.get_secret_value()
    if given:
        return given.encode()
    if not sys.stdin.isatty():
        raise InvalidInput(
            "passphrase.missing", "expected the passphrase in TALLY_KEY_PASSPHRASE, or a terminal to ask for it"
        )
    first = getpass(f"{prompt}: ")
    if twice and getpass("The same again: ") != first:
        raise InvalidInput("passphrase.differs", "the two passphrases differ; nothing was written")
    return first.encode()
