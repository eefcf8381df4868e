"""One service that seals, for all tests of this folder; those that break something start their own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.live_service import HOME, Service, running_service, settings_in
from support.loans import Loan, loan, party
from support.sealed_loans import SealedLoan, sealed_loan


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """SQLite, the embedded chain, one institution, a worker that seals with the local time-stamp authority."""
    settings = settings_in(tmp_path_factory.mktemp("sealing"), sealing=True)
    with running_service(settings, institutions=(HOME,)) as running:
        yield running


@pytest.fixture(scope="session")
def sealed(service: Service, tmp_path_factory: pytest.TempPathFactory) -> SealedLoan:
    """A loan contract of two parties, signed, sealed, anchored, with its files in a folder."""
    made: Loan = loan(service.officer(), party(), party("guarantor", name="Wang 𠮷 Fang"))
    folder: Path = tmp_path_factory.mktemp("sealed")
    return sealed_loan(made, folder)
