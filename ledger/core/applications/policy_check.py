"""Whether a policy covers every case exactly once (DESIGN section 6: gaps and overlaps are named with an example).

Promises: complete, by trying one case of every cell that the table's own bounds cut the inputs into; each gap and overlap is
named with an example input. Leaves to others: whether the paths are wise.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product

from ledger.core.applications.main_unit import in_main_unit
from ledger.core.applications.policy import ANY, Policy, Row, Span, StepKind, When
from ledger.core.log.permissions import TABLE, Action
from ledger.errors import InvalidInput

MAX_CELLS = 200_000  # a table of 200 rows stays far below; more would make a publication hang
MAX_NAMED = 20
MAX_NEAR = 3
BOTH = 2
COLUMNS: Mapping[str, str] = {  # the conditions of a row, as a message names them
    "products": "products",
    "amount_over": "amount over",
    "amount_up_to": "amount up to",
    "grades": "grades",
    "listed": "listing found",
    "fall_over": "collateral down more than",
    "fall_up_to": "collateral down at most",
}
DECIDERS = frozenset(role.value for role in TABLE[Action.APPLICATION_DECIDE])


@dataclass(frozen=True, kw_only=True)
class Case:
    """What a policy looks at: amounts in minor units (of all linked applications together), falls in hundredths of a percent."""

    product: str
    amount: int
    grade: str
    listed: bool
    collateral_fall: int = 0

    def text(self, currency: str) -> str:
        listed = "a listing found" if self.listed else "no listing found"
        fall = f"collateral down {self.collateral_fall / 100:.2f} %" if self.collateral_fall else "collateral not down"
        return f"{in_main_unit(currency, self.amount)}, grade {self.grade}, {self.product}, {listed}, {fall}"


@dataclass(frozen=True)
class Places:
    """Where the parts of a policy stand in the file that it came in: cells by row, path or step, and column; empty where none is known."""

    cells: Mapping[tuple[str, ...], str] = field(default_factory=dict)

    def row(self, row: str, column: str = "id") -> str:
        return self.cells.get(("row", row, column), "")

    def path(self, path: str, column: str) -> str:
        return self.cells.get(("path", path, column), "")

    def step(self, path: str, number: int, column: str) -> str:
        """Return the cell of a path's step, counted from 1."""
        return self.cells.get(("step", path, str(number), column), "")


NO_PLACES = Places()


@dataclass(frozen=True)
class Defect:
    """A case that no row covers (`rows` empty) or that several do; `near`: rows that miss it by one column only, and which."""

    case: Case
    currency: str
    rows: tuple[str, ...] = ()
    near: tuple[tuple[str, str], ...] = ()

    @property
    def code(self) -> str:
        return "policy.overlap" if self.rows else "policy.gap"

    def text(self, places: Places = NO_PLACES) -> str:
        """Say it with an example; `places` tells where the rows stand in a file."""
        example = self.case.text(self.currency)
        if self.rows:
            each = "both cover" if len(self.rows) == BOTH else "all cover"
            return f"{example}: rows {' and '.join(_at(row, places.row(row)) for row in self.rows)} {each} it"
        near = "; ".join(
            f"row {_at(row, places.row(row, column))} misses it by its “{COLUMNS[column]}” alone"
            for row, column in self.near
        )
        return f"{example}: nothing covers it" + (f" ({near})" if near else "")


def _at(row: str, place: str) -> str:
    return f"{row} ({place})" if place else row


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
    """Return the columns of a row that a case does not meet."""
    fits_in = {
        "products": _named(when.products, case.product),
        "amount_over": Span(over=when.amount.over).holds(case.amount),
        "amount_up_to": Span(up_to=when.amount.up_to).holds(case.amount),
        "grades": _named(when.grades, case.grade),
        "listed": case.listed in when.listed,
        "fall_over": Span(over=when.collateral_fall.over).holds(case.collateral_fall),
        "fall_up_to": Span(up_to=when.collateral_fall.up_to).holds(case.collateral_fall),
    }
    return [column for column, holds in fits_in.items() if not holds]


def _gap(policy: Policy, case: Case) -> Defect:
    """Return the gap at a case, with the rows that come nearest to it."""
    missed = ((row, _missed(row.when, case)) for row in policy.rows)
    near = [(_distance(row.when, case), row.id, columns[0]) for row, columns in missed if len(columns) == 1]
    nearest = sorted(near, key=lambda each: (each[0] != 1, each[0]))[
        :MAX_NEAR
    ]  # a bound right beside it is the likeliest cause
    return Defect(case, policy.currency, near=tuple((row, column) for _, row, column in nearest))


def _distance(when: When, case: Case) -> int:
    """Return by how many minor units a row misses the amount of a case; 0 where it holds it."""
    over, up_to = when.amount.over, when.amount.up_to
    return max(0, 0 if over is None else over + 1 - case.amount, 0 if up_to is None else case.amount - up_to)


def rows_for(policy: Policy, case: Case) -> tuple[Row, ...]:
    """Return the rows that cover a case: one, in a policy without defects and for a case within the table."""
    return tuple(row for row in policy.rows if fits(row.when, case))


def path_for(policy: Policy, case: Case) -> tuple[str, str]:
    """Return the path's name and the row's id; an input outside of the table takes the strictest path, its row is "outside"."""
    known = case.product in policy.products and case.grade in policy.grades
    rows = rows_for(policy, case) if known else ()
    return (rows[0].path, rows[0].id) if len(rows) == 1 else (policy.strictest, "outside")


def find_defects(policy: Policy, places: Places = NO_PLACES) -> list[Defect]:
    """Return up to MAX_NAMED gaps and overlaps, one example for each set of rows that overlap, or come near at an amount.

    Raises InvalidInput("policy.too-large" | "policy.role" | "policy.unchecked").
    """
    _check_roles(policy, places)
    _check_clean(policy, places)
    found: dict[tuple[str, ...], Defect] = {}
    gaps: dict[object, Defect] = {}
    for case in _cells(policy):
        rows = tuple(row.id for row in rows_for(policy, case))
        if not rows:
            gap = _gap(policy, case)
            gaps.setdefault((gap.near, case.amount), gap)
        elif len(rows) > 1:
            found.setdefault(rows, Defect(case, policy.currency, rows))
        if len(gaps) + len(found) >= MAX_NAMED:
            break
    return [*gaps.values(), *found.values()]


def _check_roles(policy: Policy, places: Places) -> None:
    """Refuse a step that nobody could ever decide: people decide in the roles of the permission table."""
    for name, path in policy.paths.items():
        for number, step in enumerate(path.steps, 1):
            named = [*(("veto", role) for role in step.veto), ("escalates_to", step.escalates_to)]
            if step.kind is not StepKind.AUTOMATIC:
                named.insert(0, ("role", step.role))
            for column, role in named:
                if role is not None and role not in DECIDERS:
                    place = places.step(name, number, column)
                    raise InvalidInput(
                        "policy.role",
                        f"{place or f'path {name}, step {number}'}: expected one of the roles {', '.join(sorted(DECIDERS))}, "
                        f"got {role[:40]}",
                        field=place or f"paths.{name}.steps",
                    )


def _check_clean(policy: Policy, places: Places) -> None:
    """Refuse a row for applicants who are not listed whose path asks for no check: nobody would know that they are not."""
    for row in policy.rows:
        if True not in row.when.listed and policy.paths[row.path].check_minutes is None:
            place = places.path(row.path, "check_minutes")
            raise InvalidInput(
                "policy.unchecked",
                f"{f'{place}: ' if place else ''}row {row.id} is for applicants of whom no listing was found, and its path {row.path} asks for no blacklist check: set how "
                "many minutes a check holds there, or let the row cover both",
                field=place or f"paths.{row.path}.check_minutes",
            )


def check_policy(policy: Policy, places: Places = NO_PLACES) -> None:
    """Raise InvalidInput("policy.gap" | "policy.overlap") that names every defect found with an example, and its rows by `places`."""
    defects = find_defects(policy, places)
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
