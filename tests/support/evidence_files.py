"""A contract, its evidence and a trust policy as files in one folder, as a court expert would be given them."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from support.evidence_material import DOCUMENT, build


@dataclass(frozen=True)
class EvidenceFiles:
    """Where the files are; `receipt` is that of the first entry alone."""

    folder: Path

    @property
    def contract(self) -> Path:
        return self.folder / "contract.pdf"

    @property
    def evidence(self) -> Path:
        return self.folder / "contract.evidence.json"

    @property
    def receipt(self) -> Path:
        return self.folder / "first.receipt.json"

    @property
    def trust(self) -> Path:
        return self.folder / "trust.json"


@pytest.fixture
def evidence_files(tmp_path: Path) -> EvidenceFiles:
    built = build()
    files = EvidenceFiles(tmp_path)
    files.contract.write_bytes(DOCUMENT)
    files.evidence.write_bytes(built.material)
    files.receipt.write_bytes(built.package.receipts[0].to_bytes())
    files.trust.write_bytes(built.policy.to_bytes())
    return files
