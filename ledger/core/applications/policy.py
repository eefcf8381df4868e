"""The approval policy: a decision table that says which decisions an application needs (DESIGN section 6).

Promises: a value of these types has been read strictly from `tally/policy/v1` JSON; its hash names exactly one table. Leaves to
others: whether the table covers every case once (policy_check), and what becomes of a case (decide).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from ledger.core.applications.main_unit import currency_code
from ledger.core.log.fields import Fields, string
from ledger.errors import InvalidInput
from signing.canonical import Json, encode
from signing.envelope import tagged_hash

TAG = "tally/policy/v1"
_CODE = "policy.invalid"
ANY = "*"
MAX_ROWS, MAX_PATHS, MAX_STEPS, MAX_NAMES = 200, 20, 10, 60
MAX_LABEL = 60
MAX_MINOR = 10**18 - 1
MAX_BASIS_POINTS = 10_000


class StepKind(StrEnum):
    """Who decides in one step."""

    AUTOMATIC = "automatic"
    PERSON = "person"
    COMMITTEE = "committee"


@dataclass(frozen=True)
class Span:
    """The whole numbers above `over` up to and including `up_to`; None has no end on that side."""

    over: int | None = None
    up_to: int | None = None

    def holds(self, value: int) -> bool:
        return (self.over is None or value > self.over) and (self.up_to is None or value <= self.up_to)


@dataclass(frozen=True, kw_only=True)
class When:
    """The cases of one row: every part must fit. Amounts in minor units, falls in collateral value in hundredths of a percent."""

    products: tuple[str, ...] = (ANY,)
    amount: Span = Span()
    grades: tuple[str, ...] = (ANY,)
    listed: tuple[bool, ...] = (False, True)
    collateral_fall: Span = Span()


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step of a path: how many people of which role, or a committee, or the rule set in force (under the role "rule-set")."""

    kind: StepKind
    role: str
    count: int = 1
    departments: tuple[str, ...] = ()
    due_business_days: int = 2
    size: int = 0
    quorum: int = 0
    veto: tuple[str, ...] = ()
    chair_casts: bool = False
    escalates_to: str | None = None  # the role that may decide as well once the step is overdue


@dataclass(frozen=True)
class Fresh:
    """Third-party data that must be attached: from which source, how many days old at most."""

    source: str
    max_age_days: int


@dataclass(frozen=True, kw_only=True)
class Path:
    """What an application needs: steps in order, and what must be at hand before the first of them."""

    steps: tuple[Step, ...]
    attachments: tuple[str, ...] = ()
    third_party: tuple[Fresh, ...] = ()
    check_minutes: int | None = (
        None  # a blacklist check of each applicant whose receipt was verified, no older than this
    )

    @property
    def begins_automatic(self) -> bool:
        """Whether a rule set takes the first step, and may refer the case to people."""
        return self.steps[0].kind is StepKind.AUTOMATIC


@dataclass(frozen=True)
class Row:
    """One row of the table: these cases take that path."""

    id: str
    when: When
    path: str


@dataclass(frozen=True, kw_only=True)
class Policy:
    """A whole table; `strictest` is the path of every input that is outside of it."""

    name: str
    currency: str
    products: tuple[str, ...]
    grades: tuple[str, ...]
    branches: tuple[str, ...]
    link_days: int
    strictest: str
    paths: Mapping[str, Path]
    rows: tuple[Row, ...] = field(default=())

    def to_json(self) -> dict[str, Json]:
        return {
            "tag": TAG,
            "name": self.name,
            "currency": self.currency,
            "products": list(self.products),
            "grades": list(self.grades),
            "branches": list(self.branches),
            "link_days": self.link_days,
            "strictest": self.strictest,
            "paths": {name: _path_json(path) for name, path in self.paths.items()},
            "rows": [{"id": row.id, "when": when_json(row.when), "path": row.path} for row in self.rows],
        }

    def sha256(self) -> bytes:
        """Return the 32-byte hash that decisions bind: tagged SHA-256 ("policy") over the canonical JSON."""
        return tagged_hash("policy", encode(self.to_json()))


def parse_policy(value: Json) -> Policy:
    """Return the policy of `tally/policy/v1` JSON; raise InvalidInput("policy.invalid") that names the place."""
    names = frozenset(
        ("tag", "name", "currency", "products", "grades", "branches", "link_days", "strictest", "paths", "rows")
    )
    fields = Fields(value, names, where="policy", code=_CODE)
    if fields.text("tag") != TAG:
        raise _invalid("policy.tag", f'expected "{TAG}"')
    policy = Policy(
        name=fields.parsed("name", _label),
        currency=fields.parsed("currency", currency_code),
        products=fields.many("products", _label, least=1, most=MAX_NAMES),
        grades=fields.many("grades", _label, least=1, most=MAX_NAMES),
        branches=fields.many("branches", _label, least=1, most=MAX_NAMES),
        link_days=fields.integer("link_days", least=0),
        strictest=fields.parsed("strictest", _label),
        paths=fields.parsed("paths", _paths),
        rows=fields.many("rows", parse_row, least=1, most=MAX_ROWS),
    )
    _check_names(policy)
    return policy


def _check_names(policy: Policy) -> None:
    """Refuse a row or a policy that names what it does not define, and an id that stands twice."""
    ids = [row.id for row in policy.rows]
    for place, row in enumerate(policy.rows):
        where = f"policy.rows[{place}]"
        if ids.index(row.id) != place:
            raise _invalid(f"{where}.id", f"expected an id of its own, got {row.id} twice")
        _check_known(row.when.products, policy.products, f"{where}.when.products")
        _check_known(row.when.grades, policy.grades, f"{where}.when.grades")
        _check_known((row.path,), tuple(policy.paths), f"{where}.path")
    _check_known((policy.strictest,), tuple(policy.paths), "policy.strictest")
    _check_automatic(policy)
    for name, values in (("products", policy.products), ("grades", policy.grades), ("branches", policy.branches)):
        if len(set(values)) != len(values):
            raise _invalid(f"policy.{name}", "expected each of them once")


def _check_automatic(policy: Policy) -> None:
    """Refuse a rule set after people, whom it could overrule, and on the path for what no rule covers."""
    for name, path in policy.paths.items():
        if any(step.kind is StepKind.AUTOMATIC for step in path.steps[1:]):
            raise _invalid(f"policy.paths.{name}", "expected a rule set in the first step only")
    if policy.paths[policy.strictest].begins_automatic:
        raise _invalid("policy.strictest", "expected a path that people decide from its first step on")


def _check_known(names: tuple[str, ...], known: tuple[str, ...], where: str) -> None:
    for name in names:
        if name != ANY and name not in known:
            raise _invalid(where, f"expected one of {', '.join(known)}, got {name[:40]}")


def _paths(value: Json) -> dict[str, Path]:
    if not isinstance(value, dict) or not 1 <= len(value) <= MAX_PATHS:
        raise InvalidInput("field.malformed", f"expected 1 to {MAX_PATHS} paths by name")
    return {_label(name): parse_path(path) for name, path in value.items()}


def parse_path(value: Json) -> Path:
    """Return one path; raise InvalidInput("policy.invalid") with `field` path.…."""
    names = frozenset({"steps", "attachments", "third_party", "check_minutes"})
    fields = Fields(value, names, where="path", code=_CODE)
    return Path(
        steps=fields.many("steps", parse_step, least=1, most=MAX_STEPS),
        attachments=fields.many("attachments", _label, most=MAX_NAMES),
        third_party=fields.many("third_party", _fresh, most=MAX_NAMES),
        check_minutes=fields.optional("check_minutes", lambda item: _count(item, least=1)),
    )


def _fresh(value: Json) -> Fresh:
    fields = Fields(value, frozenset({"source", "max_age_days"}), where="third_party", code=_CODE)
    return Fresh(fields.parsed("source", _label), fields.integer("max_age_days", least=0))


_STEP = frozenset(
    {"kind", "role", "count", "departments", "due_business_days", "size", "quorum", "veto", "chair_casts"}
)


def parse_step(value: Json) -> Step:
    """Return one step; raise InvalidInput("policy.invalid") with `field` step.…."""
    escalates = isinstance(value, dict) and "escalates_to" in value
    fields = Fields(value, _STEP | ({"escalates_to"} if escalates else set()), where="step", code=_CODE)
    step = Step(
        kind=fields.one_of("kind", StepKind),
        role=fields.parsed("role", _label),
        count=fields.integer("count", least=1),
        departments=fields.many("departments", _label, most=MAX_NAMES),
        due_business_days=fields.integer("due_business_days", least=0),
        size=fields.integer("size", least=0),
        quorum=fields.integer("quorum", least=0),
        veto=fields.many("veto", _label, most=MAX_NAMES),
        chair_casts=fields.boolean("chair_casts"),
        escalates_to=fields.parsed("escalates_to", _label) if escalates else None,
    )
    if step.escalates_to is not None and (step.kind is not StepKind.PERSON or step.escalates_to == step.role):
        raise _invalid("step.escalates_to", "expected another role, and only where single people decide")
    is_committee = step.kind is StepKind.COMMITTEE
    if is_committee and not 1 <= step.quorum <= step.size:
        raise _invalid("step.quorum", f"expected 1 to {step.size} of the committee's members")
    if not is_committee and (step.size or step.quorum or step.veto or step.chair_casts):
        raise _invalid("step.size", "expected 0 and no veto outside a committee")
    return step


def parse_row(value: Json) -> Row:
    """Return one row; raise InvalidInput("policy.invalid") with `field` row.…."""
    fields = Fields(value, frozenset({"id", "when", "path"}), where="row", code=_CODE)
    return Row(fields.parsed("id", _label), fields.parsed("when", parse_when), fields.parsed("path", _label))


def parse_when(value: Json) -> When:
    """Return the conditions of one row; raise InvalidInput("policy.invalid")."""
    fields = Fields(
        value, frozenset({"products", "amount", "grades", "listed", "collateral_fall"}), where="when", code=_CODE
    )
    return When(
        products=fields.many("products", _label, least=1, most=MAX_NAMES),
        amount=fields.parsed("amount", lambda item: parse_span(item, _minor)),
        grades=fields.many("grades", _label, least=1, most=MAX_NAMES),
        listed=fields.many("listed", _flag, least=1, most=2),
        collateral_fall=fields.parsed("collateral_fall", lambda item: parse_span(item, _basis_points)),
    )


def parse_span(value: Json, parse: Callable[[Json], int]) -> Span:
    """Return the span of {"over", "up_to"}; raise InvalidInput("policy.invalid")."""
    fields = Fields(value, frozenset({"over", "up_to"}), where="span", code=_CODE)
    span = Span(fields.optional("over", parse), fields.optional("up_to", parse))
    if span.over is not None and span.up_to is not None and span.over >= span.up_to:
        raise _invalid("span.up_to", "expected more than `over`")
    return span


def _minor(value: Json) -> int:
    text = string(value)
    if not text.isascii() or not text.isdigit() or len(text) > len(str(MAX_MINOR)) or (text != "0" and text[0] == "0"):
        raise InvalidInput("field.malformed", 'expected minor units as a string, such as "5000000"')
    return int(text)


def _basis_points(value: Json) -> int:
    return _count(value, least=0, most=MAX_BASIS_POINTS)


def _count(value: Json, *, least: int, most: int = MAX_MINOR) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise InvalidInput("field.malformed", f"expected a whole number from {least} to {most}")
    return value


def _label(value: Json) -> str:
    """Return a name that stands unchanged in a cell of a spreadsheet, in a list of names, and starts no formula."""
    text = string(value)
    if not 0 < len(text) <= MAX_LABEL or not text.isprintable() or text != text.strip() or set(text) & {";", "；"}:
        raise InvalidInput("field.malformed", f"expected a name of 1 to {MAX_LABEL} printable characters without ;")
    if text != ANY and not text[0].isalnum():
        raise InvalidInput("field.malformed", "expected a name that starts with a letter or a digit, or * alone")
    return text


def _flag(value: Json) -> bool:
    if not isinstance(value, bool):
        raise InvalidInput("field.malformed", "expected true or false")
    return value


def _path_json(path: Path) -> Json:
    return {
        "steps": [_step_json(step) for step in path.steps],
        "attachments": list(path.attachments),
        "third_party": [{"source": item.source, "max_age_days": item.max_age_days} for item in path.third_party],
        "check_minutes": path.check_minutes,
    }


def _step_json(step: Step) -> Json:
    return {
        "kind": step.kind.value,
        "role": step.role,
        "count": step.count,
        "departments": list(step.departments),
        "due_business_days": step.due_business_days,
        "size": step.size,
        "quorum": step.quorum,
        "veto": list(step.veto),
        "chair_casts": step.chair_casts,
        **({"escalates_to": step.escalates_to} if step.escalates_to is not None else {}),
    }


def when_json(when: When) -> Json:
    """Return the conditions of one row, as `parse_when` reads them."""
    fall: dict[str, Json] = {"over": when.collateral_fall.over, "up_to": when.collateral_fall.up_to}
    return {
        "products": list(when.products),
        "amount": {"over": _text(when.amount.over), "up_to": _text(when.amount.up_to)},
        "grades": list(when.grades),
        "listed": list(when.listed),
        "collateral_fall": fall,
    }


def _text(value: int | None) -> str | None:
    return None if value is None else str(value)


def _invalid(where: str, message: str) -> InvalidInput:
    return InvalidInput(_CODE, f"{where}: {message}", field=where)
