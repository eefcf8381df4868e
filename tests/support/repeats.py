"""Leave out of the coverage measurement what a test marked `repeats` runs: it goes through the same lines hundreds of times, and
measuring doubles the time of each. Such a test proves values, not lines; other tests of the same code are measured."""

from collections.abc import Iterator

import coverage
import pytest


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    measuring = coverage.Coverage.current() if item.get_closest_marker("repeats") else None
    if measuring is None:
        return (yield)
    measuring.stop()
    try:
        return (yield)
    finally:
        measuring.start()
