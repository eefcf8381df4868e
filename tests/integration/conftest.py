from support.repeats import pytest_collection_finish, pytest_runtest_call

__all__ = ["pytest_collection_finish", "pytest_runtest_call"]
