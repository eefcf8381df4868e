"""What a projection is given and what it gives: entries with their opened fields in, the rows that must exist out.

Promises: plain values only; a field that was erased is absent from `values`, never guessed. Leaves what each type of entry
makes to the projections (audit_directory, agreements/expected). DESIGN section 8.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from ledger.core.log.audit_entry import Placed
from ledger.core.log.audit_findings import Finding
from ledger.core.log.audit_rows import UNTOLD, ExpectedRow, Value
from ledger.core.log.business_time import BusinessTime
from signing.algorithms import PublicKey
from signing.canonical import Json


@dataclass(frozen=True)
class Told:
    """An entry of a subject with the values behind its commitments, as far as they are not erased."""

    placed: Placed
    values: Mapping[str, Json]

    @property
    def type(self) -> str:
        return self.placed.entry.type


@dataclass(frozen=True, kw_only=True)
class Binding:
    """The chain and registry of the installation, in the words of a `log.registered` entry (hashes in hex)."""

    chain_id: int
    genesis: str
    registry: str
    code_hash: str


@dataclass(frozen=True, kw_only=True)
class World:
    """What a projection may ask beyond its subject."""

    blind: Callable[[str, str], bytes]
    root_at: Callable[[int, int], bytes | None]  # (log id, size) to the root of that checkpoint
    institution_keys: Mapping[str, PublicKey]
    registered: Mapping[str, bytes]  # log origin to its id in the registry
    binding: Binding | None
    folded: Mapping[str, int] = field(default_factory=dict)  # log origin to how many entries the figures have taken in
    business: Mapping[str, BusinessTime] = field(default_factory=dict)  # by institution
    blacklist_keys: Mapping[str, PublicKey] = field(default_factory=dict)  # by key id: members' and registries'

    @property
    def chain_id(self) -> int | None:
        return self.binding.chain_id if self.binding else None


@dataclass
class Projection:
    """The rows that a subject's entries make, what contradicts itself, and the tables whose rows were erased."""

    rows: list[ExpectedRow] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    untold: set[str] = field(default_factory=set)

    def expect(self, table: str, told: Told, values: Mapping[str, Value]) -> None:
        placed = told.placed
        self.rows.append(ExpectedRow(table=table, values=values, log=placed.log.origin, index=placed.index))

    def amend(self, table: str, told: Told, key: Sequence[object], values: Mapping[str, Value]) -> bool:
        """Change the expected row of this key; False when no entry made one."""
        for place, row in enumerate(self.rows):
            if row.table == table and row.key == tuple(key):
                self.rows[place] = ExpectedRow(
                    table=table, values={**row.values, **values}, log=told.placed.log.origin, index=told.placed.index
                )
                return True
        return False

    def object_to(self, told: Told, code: str, where: str, *, expected: str, found: str) -> None:
        """Add a finding about the entry itself."""
        placed = told.placed
        self.findings.append(
            Finding(
                code=code,
                kind="entry",
                id=placed.entry.id,
                field=where,
                expected=expected,
                found=found,
                log=placed.log.origin,
                index=placed.index,
            )
        )


def text_of(value: Json) -> Value:
    """Return a text as a row holds it; UNTOLD where the log does not tell it."""
    return value if isinstance(value, str) else UNTOLD
