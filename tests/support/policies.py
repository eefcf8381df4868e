"""Any policy that can be read from JSON: what a round trip through a spreadsheet is tried with."""

from dataclasses import replace

from hypothesis import strategies as st

from ledger.core.applications.default_policy import DEFAULT_POLICY
from ledger.core.applications.policy import Fresh, Path, Policy, Row, Span, Step, StepKind, When


def unchecked(policy: Policy = DEFAULT_POLICY) -> Policy:
    """Return a policy in which nothing rests on a check of the blacklist, for tests of everything else."""
    rows = [row for row in policy.rows if row.when.listed != (True,)]
    return replace(
        policy,
        paths={name: replace(path, check_minutes=None) for name, path in policy.paths.items()},
        rows=tuple(replace(row, when=replace(row.when, listed=(False, True))) for row in rows),
    )


NAMES = st.builds(
    lambda first, rest: (first + rest).strip(), st.sampled_from("Aaz09甲"), st.text("Aa9乙 .,:-_+=\"'[]", max_size=5)
)
SOME = st.lists(NAMES, min_size=1, max_size=3, unique=True).map(tuple)
ANY_OF = st.lists(NAMES, max_size=2).map(tuple)


@st.composite
def steps(draw: st.DrawFn) -> Step:
    kind = draw(st.sampled_from((StepKind.PERSON, StepKind.COMMITTEE)))
    step = Step(
        kind=kind,
        role=draw(NAMES),
        count=draw(st.integers(1, 9)),
        departments=draw(ANY_OF),
        due_business_days=draw(st.integers(0, 99)),
    )
    if kind is not StepKind.COMMITTEE:
        above = draw(NAMES)
        return step if above == step.role or draw(st.booleans()) else replace(step, escalates_to=above)
    size = draw(st.integers(1, 9))
    return replace(
        step, size=size, quorum=draw(st.integers(1, size)), veto=draw(ANY_OF), chair_casts=draw(st.booleans())
    )


@st.composite
def spans(draw: st.DrawFn, most: int) -> Span:
    ends = sorted(draw(st.lists(st.integers(0, most), min_size=2, max_size=2, unique=True)))
    return Span(*(end if draw(st.booleans()) else None for end in ends))


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    products, grades, names = draw(SOME), draw(SOME), draw(SOME)
    path = st.builds(
        Path,
        steps=st.lists(steps(), min_size=1, max_size=3).map(tuple),
        attachments=ANY_OF,
        third_party=st.lists(st.builds(Fresh, NAMES, st.integers(0, 99)), max_size=2).map(tuple),
        check_minutes=st.none() | st.integers(1, 99),
    )
    when = st.builds(
        When,
        products=st.just(("*",)) | st.lists(st.sampled_from(products), min_size=1, max_size=3).map(tuple),
        amount=spans(10**18 - 1),
        grades=st.just(("*",)) | st.lists(st.sampled_from(grades), min_size=1, max_size=3).map(tuple),
        listed=st.lists(st.booleans(), min_size=1, max_size=2).map(tuple),
        collateral_fall=spans(10_000),
    )
    ids = draw(SOME)
    return Policy(
        name=draw(NAMES),
        currency=draw(st.sampled_from(("CNY", "JPY", "KWD", "CLF"))),
        products=products,
        grades=grades,
        branches=draw(st.just(("*",)) | SOME),
        link_days=draw(st.integers(0, 999)),
        strictest=names[0],
        paths={name: draw(path) for name in names},
        rows=tuple(Row(name, draw(when), draw(st.sampled_from(names))) for name in ids),
    )
