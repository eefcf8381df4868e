"""Sends to an embedded chain for ever, to be killed at any moment; says each block number once `send_raw` has answered.

Run as a program with the chain's folder: `python -m support.chain_writer FOLDER`.
"""

import sys
from itertools import count
from pathlib import Path

from support.chains import SENDER, START, Account, open_embedded


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main(folder: Path) -> None:
    with open_embedded(folder, clock=lambda: START) as chain:
        account = Account(chain.client(), SENDER)
        say("open")
        for number in count():
            receipt = account.send(b"\x77" * 20, number.to_bytes(4, "big"), gas=100_000)
            say(f"{receipt.block_number} {receipt.block_hash.hex()}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
