"""Where secrets come from: the person at the terminal, standard input or TALLY_KEY_PASSPHRASE, never an argument."""

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


def read_password(prompt: str) -> str:
    """Return a new password: asked for twice, or the one line of standard input. Raises InvalidInput: password.missing, password.differs."""
    if not sys.stdin.isatty():
        given = sys.stdin.readline().rstrip("\r\n")
    else:
        given = getpass(f"{prompt}: ")
        if given and getpass("The same again: ") != given:
            raise InvalidInput("password.differs", "the two passwords differ; nothing was changed")
    if not given:
        raise InvalidInput(
            "password.missing", "expected the password at the terminal, or as one line of standard input"
        )
    return given
