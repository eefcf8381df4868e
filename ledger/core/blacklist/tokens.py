"""What comes out of an evaluation: the token under which a subject is listed, and the key that opens what is said of it.

Promises: token and key say nothing of each other, nor one purpose's of another's. Leaves to others: the evaluation (signing.oprf).
"""

from dataclasses import dataclass

from ledger.core.blacklist.identifiers import Identifier, Purpose
from ledger.core.blacklist.tree import Token
from signing.envelope import tagged_hash
from signing.oprf.group import Element, Scalar
from signing.oprf.protocol import blind, finalize
from signing.oprf.stretch import Stretch
from signing.oprf.threshold import MODE


@dataclass(frozen=True)
class Name:
    """A subject's token, and the key of its listings' details; the key never shows in a repr."""

    token: Token
    details_key: bytes

    def __repr__(self) -> str:
        return f"<Name {self.token.hex()[:8]}>"


def name_of(purpose: Purpose, output: bytes) -> Name:
    """Return token and details key of an evaluation's output of 64 bytes."""
    return Name(
        Token(tagged_hash("token", purpose.encode(), output)), tagged_hash("details-key", purpose.encode(), output)
    )


@dataclass(frozen=True)
class Question:
    """One subject, stretched and blinded: what is sent is `blinded`, the rest stays with whoever asks."""

    identifier: Identifier
    stretched: bytes
    factor: Scalar

    @property
    def blinded(self) -> Element:
        return blind(MODE, self.stretched, self.factor)

    def name(self, evaluated: Element) -> Name:
        """Return the subject's name from the evaluated element."""
        return name_of(self.identifier.purpose, finalize(self.stretched, self.factor, evaluated))

    def __repr__(self) -> str:
        return f"<Question {self.identifier.kind}>"


def ask(identifier: Identifier, stretch: Stretch, factor: Scalar) -> Question:
    """Return the question about a subject: this is where the time of Argon2id is spent."""
    return Question(identifier, stretch(identifier.to_bytes()), factor)
