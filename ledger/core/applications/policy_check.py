"""Whether a policy covers every case exactly once (DESIGN section 6: gaps and overlaps are named with an example).

Promises: complete, by trying one case of every cell that the table's own bounds cut the inputs into; each gap and overlap is
named with an example input. Leaves to others: whether the paths are wise.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from types import MappingProxyType

from ledger.core.applications.policy import ANY, Policy, Row, Span, StepKind, When
from ledger.core.log.permissions import TABLE, Action
from ledger.errors import InvalidInput

MAX_CELLS = 200_000  # a table of 200 rows stays far below; more would make a publication hang
MAX_NAMED = 20
MAX_NEAR = 3
DECIDERS = frozenset(role.value for role in TABLE[Action.APPLICATION_DECIDE])


@dataclass(frozen=True, kw_only=True)
class Case:
    """What a policy looks at: amounts in minor units (of all linked applications together), falls in hundredths of a percent."""

    product: str
    amount: int
    grade: str
    listed: bool
    collateral_fall: int = 0

    def text(self) -> str:
        listed = "a listing found" if self.listed else "no listing"
        return (
            f"product {self.product}, amount {self.amount} minor units, grade {self.grade}, {listed}, "
            f"collateral down {self.collateral_fall / 100:.2f} %"
        )


@dataclass(frozen=True)
class Defect:
    """A case that no row covers (`rows` empty) or that several do; `near`: rows that miss it by one part only, and which."""

    case: Case
    rows: tuple[str, ...]
    near: tuple[tuple[str, str], ...] = ()

    @property
    def code(self) -> str:
        return "policy.overlap" if self.rows else "policy.gap"

    def text(self, places: Mapping[str, str] = MappingProxyType({})) -> str:
        """Say it with an example; `places` tells where the rows stand in a file."""
        if self.rows:
            return f"rows {' and '.join(_at(row, places) for row in self.rows)} both cover: {self.case.text()}"
        near = "; ".join(f"row {_at(row, places)} misses it by its {part} alone" for row, part in self.near)
        return f"no row covers: {self.case.text()}" + (f" ({near})" if near else "")


def _at(row: str, places: Mapping[str, str]) -> str:
    return f"{row} ({places[row]})" if row in places else row


def fits(when: When, case: Case) -> bool:
    """Say whether a row's conditions hold for a case."""
    return (
        _named(when.products, case.product)
        and when.amount.holds(case.amount)
        and _named(when.grades, case.grade)
        and case.listed in when.listed
        and when.collateral_fall.holds(case.collateral_fall)
    )


def _missed(when: When, case: Case) -> list[str]:
    """Return the parts of a row's conditions that a case does not meet."""
    parts = (
        ("products", _named(when.products, case.product)),
        ("amount", when.amount.holds(case.amount)),
        ("grades", _named(when.grades, case.grade)),
        ("listing", case.listed in when.listed),
        ("fall of collateral", when.collateral_fall.holds(case.collateral_fall)),
    )
    return [name for name, holds in parts if not holds]


def _gap(policy: Policy, case: Case) -> Defect:
    missed = ((row.id, _missed(row.when, case)) for row in policy.rows)
    return Defect(case, (), tuple((row, parts[0]) for row, parts in missed if len(parts) == 1)[:MAX_NEAR])


def rows_for(policy: Policy, case: Case) -> tuple[Row, ...]:
    """Return the rows that cover a case: one, in a policy without defects and for a case within the table."""
    return tuple(row for row in policy.rows if fits(row.when, case))


def path_for(policy: Policy, case: Case) -> tuple[str, str]:
    """Return the path's name and the row's id; an input outside of the table takes the strictest path, its row is "outside"."""
    known = case.product in policy.products and case.grade in policy.grades
    rows = rows_for(policy, case) if known else ()
    return (rows[0].path, rows[0].id) if len(rows) == 1 else (policy.strictest, "outside")


def find_defects(policy: Policy) -> list[Defect]:
    """Return up to MAX_NAMED gaps and overlaps, one example for each set of rows that overlap, or come near at an amount.

    Raises InvalidInput("policy.too-large" | "policy.role" | "policy.unchecked").
    """
    _check_roles(policy)
    _check_clean(policy)
    found: dict[tuple[str, ...], Defect] = {}
    gaps: dict[object, Defect] = {}
    for case in _cells(policy):
        rows = tuple(row.id for row in rows_for(policy, case))
        if not rows:
            gap = _gap(policy, case)
            gaps.setdefault((gap.near, case.amount), gap)
        elif len(rows) > 1:
            found.setdefault(rows, Defect(case, rows))
        if len(gaps) + len(found) >= MAX_NAMED:
            break
    return [*gaps.values(), *found.values()]


def _check_roles(policy: Policy) -> None:
    """Refuse a step that nobody could ever decide: people decide in the roles of the permission table."""
    for name, path in policy.paths.items():
        for place, step in enumerate(path.steps, 1):
            named = {*step.veto, *filter(None, (step.escalates_to,))}
            roles = named if step.kind is StepKind.AUTOMATIC else named | {step.role}
            for role in sorted(roles - DECIDERS):
                raise InvalidInput(
                    "policy.role",
                    f"path {name}, step {place}: expected one of the roles {', '.join(sorted(DECIDERS))}, got {role[:40]}",
                    field=f"paths.{name}.steps",
                )


def _check_clean(policy: Policy) -> None:
    """Refuse a row for applicants who are not listed whose path asks for no check: nobody would know that they are not."""
    for row in policy.rows:
        if True not in row.when.listed and policy.paths[row.path].check_minutes is None:
            raise InvalidInput(
                "policy.unchecked",
                f"row {row.id} is for applicants of whom no listing was found, and its path {row.path} asks for no blacklist check: set how "
                "many minutes a check holds there, or let the row cover both",
                field=f"paths.{row.path}.check_minutes",
            )


def check_policy(policy: Policy, places: Mapping[str, str] = MappingProxyType({})) -> None:
    """Raise InvalidInput("policy.gap" | "policy.overlap") that names every defect found with an example, and its rows by `places`."""
    defects = find_defects(policy)
    if defects:
        text = "; ".join(defect.text(places) for defect in defects)
        if not defects[0].rows:
            raise InvalidInput("policy.gap", text, field="rows")
        raise InvalidInput("policy.overlap", text, field="rows")


def _cells(policy: Policy) -> Iterator[Case]:
    amounts = _samples([row.when.amount for row in policy.rows], least=1)
    falls = _samples([row.when.collateral_fall for row in policy.rows], least=0)
    count = len(policy.products) * len(amounts) * len(policy.grades) * 2 * len(falls)
    if count > MAX_CELLS:
        raise InvalidInput(
            "policy.too-large", f"the table's bounds make {count} cells, more than {MAX_CELLS}", field="rows"
        )
    for name, amount, grade, listed, fall in product(policy.products, amounts, policy.grades, (False, True), falls):
        yield Case(product=name, amount=amount, grade=grade, listed=listed, collateral_fall=fall)


def _samples(spans: list[Span], *, least: int) -> list[int]:
    """Return one value of every stretch between two bounds of these spans: the bounds themselves, and what follows each."""
    bounds = {bound for span in spans for bound in (span.over, span.up_to) if bound is not None}
    return sorted({least, *(value for bound in bounds for value in (bound, bound + 1) if value >= least)})


def _named(names: tuple[str, ...], name: str) -> bool:
    return ANY in names or name in names
