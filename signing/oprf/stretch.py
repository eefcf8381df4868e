"""Argon2id (RFC 9106) before the oblivious evaluation, so that guessing costs time even to those who hold enough shares.

Promises: one output for one input, salt and cost. The salt is public and belongs to an epoch. docs/decisions/0170 has the figures.
"""

from dataclasses import dataclass

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from signing.algorithms import parse_hex
from signing.canonical import Json
from signing.errors import InvalidEncoding

SALT_BYTES = 16
STRETCHED_BYTES = 32
_LEAST_KIB, _MOST_KIB = 8, 1024 * 1024
_MOST_PASSES = 16
_FIELDS = {"algorithm", "memory_kib", "passes", "salt"}


@dataclass(frozen=True)
class Stretch:
    """The cost of one guess: memory in KiB and passes over it, and the epoch's salt."""

    memory_kib: int
    passes: int
    salt: bytes

    def __post_init__(self) -> None:
        if (
            not _LEAST_KIB <= self.memory_kib <= _MOST_KIB
            or not 1 <= self.passes <= _MOST_PASSES
            or len(self.salt) != SALT_BYTES
        ):
            raise InvalidEncoding(
                "stretch.malformed",
                f"expected {_LEAST_KIB} to {_MOST_KIB} KiB, 1 to {_MOST_PASSES} passes and a salt of {SALT_BYTES} bytes",
            )

    def __call__(self, message: bytes) -> bytes:
        """Return 32 bytes that took `memory_kib` and `passes` to compute."""
        kdf = Argon2id(
            salt=self.salt, length=STRETCHED_BYTES, iterations=self.passes, lanes=1, memory_cost=self.memory_kib
        )
        return kdf.derive(message)

    def to_json(self) -> dict[str, Json]:
        return {
            "algorithm": "argon2id",
            "memory_kib": self.memory_kib,
            "passes": self.passes,
            "salt": self.salt.hex(),
        }

    @classmethod
    def from_json(cls, value: Json) -> "Stretch":
        """Return the stretch of its JSON form; raise InvalidEncoding("stretch.malformed")."""
        if not isinstance(value, dict) or value.keys() != _FIELDS or value["algorithm"] != "argon2id":
            raise InvalidEncoding("stretch.malformed", f"expected an object of exactly {', '.join(sorted(_FIELDS))}")
        memory, passes, salt = value["memory_kib"], value["passes"], value["salt"]
        if type(memory) is not int or type(passes) is not int:
            raise InvalidEncoding("stretch.malformed", "expected memory_kib and passes to be whole numbers")
        return cls(memory, passes, parse_hex(salt, code="stretch.malformed"))
