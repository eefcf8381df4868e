"""Seals by keys that never leave a PKCS#11 device: P-256 and RSA, accepted by the strict rules."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace

import pytest

from signing.keys.local_authority import Subject
from signing.keys.pkcs11 import Device
from signing.keys.seal_key import registered_key
from signing.pdf.inspect_sealed import Answer, SealTrust, inspect_sealed
from signing.pdf.seal import seal
from support.sealing import EVIDENCE, TEXT, local_authority, now, seal_tools
from support.small_pdfs import small_pdf
from support.soft_hsm import soft_hsm


@pytest.fixture(scope="module")
def device(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Device]:
    with soft_hsm(tmp_path_factory.mktemp("hsm")) as opened:
        yield opened


@pytest.mark.parametrize("owner", ["P256", "RSA"])
def test_a_key_of_a_device_seals(device: Device, owner: str) -> None:
    authority, key, contract = local_authority(), device.seal(owner), small_pdf()
    certificate = authority.issue(f"seal-{owner}", Subject(f"Seal of {owner}", key.public_key_info))
    tools = replace(seal_tools(authority), key=key, chain=(certificate, authority.root))
    sealed = seal(contract, EVIDENCE, tools, TEXT)
    trust = SealTrust(roots=(authority.root,))
    found = inspect_sealed(sealed.data, trust, at=now(), document=hashlib.sha256(contract).digest())
    assert (found.reasons, found.signature_valid, found.same_look) == ((), Answer.YES, Answer.YES)
    assert found.seal is not None
    assert found.seal.key == registered_key(key.public_key_info).raw  # by which the registry knows it
