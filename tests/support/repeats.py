"""What every run of unit and integration tests shares: what is left out of measuring, and what the collector need not look at.

A test marked `repeats` goes through the same lines hundreds of times, and measuring doubles the time of each. It proves values, not lines:
other tests of the same code are measured. Not for tests beside a service that goes on: its threads would not be measured again.
"""

import gc
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


def pytest_collection_finish() -> None:
    """Imported modules stay to the end: passing over them saves a twentieth of the whole."""
    gc.collect()
    gc.freeze()
