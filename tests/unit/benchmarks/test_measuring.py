"""What a figure says of itself: its ratio, and whether it meets its aim."""

import pytest

from benchmarks.measuring import Aim, Figure, percentile
from benchmarks.run import MEASURES, main, table


def figure(value: float, baseline: float, aim: Aim | None) -> Figure:
    return Figure(name="a", value=value, unit="ms", baseline=baseline, baseline_name="b", aim=aim)


@pytest.mark.parametrize(
    ("value", "aim", "met"),
    [
        (5_000.0, Aim(5_000, "least"), True),
        (4_999.9, Aim(5_000, "least"), False),
        (0.3, Aim(0.3, "most"), True),
        (0.31, Aim(0.3, "most"), False),
        (20.0, Aim(2, "most", "ratio"), True),
        (20.1, Aim(2, "most", "ratio"), False),
        (1.0, None, None),
    ],
)
def test_aim_is_met_up_to_its_bound(value: float, aim: Aim | None, met: bool | None) -> None:  # noqa: FBT001  # a table's column
    assert figure(value, 10.0, aim).met is met


def test_ratio_beside_nothing_is_none_and_meets_no_aim() -> None:
    assert figure(1.0, 0.0, None).ratio is None
    assert figure(1.0, 0.0, Aim(2, "most", "ratio")).met is False


def test_json_line_has_exactly_the_documented_members() -> None:
    line = figure(1234.6, 10.0, Aim(5_000, "least")).to_json()
    assert line == {
        "name": "a",
        "value": 1235,
        "unit": "ms",
        "baseline": 10.0,
        "baseline_name": "b",
        "ratio": 123.5,
        "aim": "≥ 5,000",
        "met": False,
    }


@pytest.mark.parametrize(("share", "expected"), [(0.5, 50), (0.99, 99), (1.0, 100), (0.001, 1)])
def test_percentile_is_the_nearest_rank(share: float, expected: int) -> None:
    assert percentile(list(range(100, 0, -1)), share) == expected


def test_table_is_aligned() -> None:
    lines = table([figure(1.0, 2.0, None), figure(123456.0, 2.0, Aim(1, "most"))]).split("\n")
    assert lines[0].index("unit") == lines[1].index("ms") == lines[2].index("ms")


def test_unknown_measure_is_wrong_use(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["no-such-measure"])
    assert ended.value.code == 2
    assert "no-such-measure" in capsys.readouterr().err


def test_list_names_every_measure(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == list(MEASURES)
