from support.repeats import pytest_runtest_call

__all__ = ["pytest_runtest_call"]
