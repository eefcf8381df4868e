"""A PKCS#11 device in software for tests: a SoftHSM2 token in a folder, with one key of each kind that we use.

Promises: a real module through the real interface. Where it is not installed (scripts/install_test_tools does it): a failure when
CI=true, else a skipped test that says why.
"""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pkcs11
import pytest
from pkcs11 import Attribute, KeyType

from signing.keys.pkcs11 import P256, SECP256K1, Device

MODULES = (
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib64/pkcs11/libsofthsm2.so",
)
TOKEN, PIN = "tally-test", "123456"
_EDWARDS = bytes.fromhex("130c656477617264733235353139")  # the curve's name, as SoftHSM2 takes it


def module() -> str:
    found = next((path for path in MODULES if Path(path).exists()), None)
    if found is None:
        message = "no SoftHSM2: run scripts/install_test_tools"
        if os.environ.get("CI") == "true":  # noqa: TID251  # how a test run says that nothing may be skipped
            pytest.fail(message)
        pytest.skip(message)
    return found


@contextmanager
def soft_hsm(folder: Path) -> Iterator[Device]:
    """Yield a device with the keys ED-institution, EC-institution, EVM-sender, P256-seal and RSA-seal."""
    library = module()
    tokens = folder / "tokens"
    tokens.mkdir()
    conf = folder / "softhsm2.conf"
    conf.write_text(f"directories.tokendir = {tokens}\nobjectstore.backend = file\nlog.level = ERROR\n")
    os.environ["SOFTHSM2_CONF"] = str(conf)  # noqa: TID251  # read by the library when it starts
    command = ["softhsm2-util", "--init-token", "--free", "--label", TOKEN, "--pin", PIN, "--so-pin", "12345678"]
    subprocess.run(command, check=True, capture_output=True)
    device = Device(library, TOKEN, PIN)
    lib = pkcs11.lib(library)
    lib.reinitialize()
    with lib.get_token(token_label=TOKEN).open(user_pin=PIN, rw=True) as session:
        _make_keys(session)
    yield device


def _make_keys(session: Any) -> None:  # noqa: ANN401  # the library's own class
    curves = (
        ("ED-institution", KeyType.EC_EDWARDS, _EDWARDS),
        ("EC-institution", KeyType.EC, SECP256K1),
        ("EVM-sender", KeyType.EC, SECP256K1),
        ("P256-seal", KeyType.EC, P256),
        ("P256-institution", KeyType.EC, P256),
        ("EC-seal", KeyType.EC, SECP256K1),
    )
    for label, kind, curve in curves:
        parameters = session.create_domain_parameters(kind, {Attribute.EC_PARAMS: curve}, local=True)
        parameters.generate_keypair(label=label, store=True)
    session.generate_keypair(KeyType.RSA, 2048, label="RSA-seal", store=True)
