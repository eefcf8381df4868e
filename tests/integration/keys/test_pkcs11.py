"""Keys in a real PKCS#11 module (SoftHSM2): the same signatures as keys in files make, and what happens when something is missing."""

import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from ledger.errors import Unavailable
from ledger.storage.directory import institution_by_code
from signing.algorithms import Suite, check_ed25519, check_secp256k1, keccak256, recover_address
from signing.envelope import Signature, tagged_bytes
from signing.errors import KeyUnavailable
from signing.keys.pkcs11 import Device
from signing.verify import check_bytes_signature
from support.live_service import running_service, settings_in
from support.soft_hsm import PIN, TOKEN, module, soft_hsm

Result = TypeVar("Result")


@pytest.fixture(scope="module")
def device(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Device]:
    with soft_hsm(tmp_path_factory.mktemp("hsm")) as opened:
        yield opened


@pytest.mark.parametrize(("owner", "suite"), [("ED", Suite.ED25519), ("EC", Suite.SECP256K1)])
def test_organisation_key_signs_as_one_in_a_file_does(device: Device, owner: str, suite: Suite) -> None:
    signer = device.signer(owner, "institution")
    assert (signer.public.suite, signer.purpose) == (suite, "institution")
    check = check_ed25519 if suite is Suite.ED25519 else check_secp256k1
    for number in range(12):  # the device makes either s: about half of these were lowered
        message = b"message %d" % number
        check(signer.public.raw, message, signer.sign(message))
    signature = Signature(suite, signer.public.key_id, signer.sign(tagged_bytes("directory", b"{}")))
    check_bytes_signature("directory", b"{}", signature, signer.public)


def test_wallet_key_signs_digests_that_recover_to_its_account(device: Device) -> None:
    wallet = device.wallet("EVM", "sender")
    for number in range(12):
        digest = keccak256(b"digest %d" % number)
        assert recover_address(digest, wallet.sign_digest(digest)) == wallet.address == wallet.public.raw


def test_seal_key_signs_what_every_reader_checks(device: Device) -> None:
    on_curve, by_rsa = device.seal("P256"), device.seal("RSA")
    public = load_der_public_key(on_curve.public_key_info)
    assert isinstance(public, ec.EllipticCurvePublicKey)
    public.verify(on_curve.sign(b"the signed attributes"), b"the signed attributes", ec.ECDSA(SHA256()))
    other = load_der_public_key(by_rsa.public_key_info)
    assert isinstance(other, rsa.RSAPublicKey)
    other.verify(by_rsa.sign(b"the signed attributes"), b"the signed attributes", padding.PKCS1v15(), SHA256())


def test_many_threads_share_the_one_that_speaks_to_the_device(device: Device) -> None:
    signer = device.signer("ED", "institution")
    with ThreadPoolExecutor(8) as pool:
        signatures = list(pool.map(signer.sign, [b"%d" % number for number in range(40)]))
    for number, signature in enumerate(signatures):
        check_ed25519(signer.public.raw, b"%d" % number, signature)


@pytest.mark.parametrize(
    ("owner", "purpose", "code"),
    [
        ("NOBODY", "institution", "key.missing"),
        ("ED", "seal", "key.missing"),
        ("P256", "institution", "key.wrong-suite"),
    ],
)
def test_key_that_is_not_there_or_of_another_kind_is_refused(
    device: Device, owner: str, purpose: str, code: str
) -> None:
    with pytest.raises(KeyUnavailable) as caught:
        device.signer(owner, purpose)
    assert caught.value.code == code


def test_ed25519_key_is_no_wallet_and_a_wallet_no_seal(device: Device) -> None:
    with pytest.raises(KeyUnavailable) as caught:
        device.wallet("ED", "institution")
    assert caught.value.code == "key.wrong-suite"


@pytest.mark.parametrize(("token", "path"), [("another", ""), (TOKEN, "/nowhere/module.so")], ids=["token", "module"])
def test_device_that_cannot_be_opened_says_so_without_the_pin(device: Device, token: str, path: str) -> None:
    assert device.token == TOKEN
    with pytest.raises(KeyUnavailable) as caught:
        Device(path or module(), token, PIN).signer("ED", "institution")
    assert caught.value.code == "key.device"
    assert PIN not in str(caught.value)
    assert PIN not in repr(Device(module(), token, PIN))


def test_wrong_pin_opens_nothing(device: Device) -> None:
    """In a process of its own: a login is the whole process's."""
    code = f"from signing.keys.pkcs11 import Device; Device({device.module!r}, {TOKEN!r}, '000000').signer('ED', 'institution')"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "KeyUnavailable" in ended.stderr
    assert "(PinIncorrect)" in ended.stderr


def test_key_of_a_device_does_not_leave_the_process(device: Device) -> None:
    with pytest.raises(TypeError, match="stay with it"):
        pickle.dumps(device.signer("ED", "institution"))


def test_installation_signs_its_directory_and_its_seals_with_keys_of_the_device(device: Device, tmp_path: Path) -> None:
    """Settings say which keys are in the device: the institution's entries verify, and nothing of it is in a file."""
    settings = settings_in(
        tmp_path / "data",
        institution_code="ED",
        pkcs11_module=device.module,
        pkcs11_token=device.token,
        pkcs11_pin=device.pin,
        pkcs11_keys="institution",
    )
    with running_service(settings, institutions=("ED",), work=False) as service:
        opened = service.here.stores.database.read(lambda tx: institution_by_code(tx, "ED"))
        assert opened is not None
        key = service.here.institution_key(opened.id).signer.public
        assert key == device.signer("ED", "institution").public
        assert opened.key_id == key.key_id
        assert not (settings.keys_folder / "ED" / "institution.json").exists()


def test_device_without_its_library_is_a_refusal_to_start(tmp_path: Path) -> None:
    settings = settings_in(tmp_path / "data", pkcs11_keys="institution,seal")
    with pytest.raises(Unavailable) as caught, running_service(settings, work=False):
        pass
    assert caught.value.code == "keys.no-device"


class FailingDevice(Device):
    """The same device with a fault: one bit of every signature is wrong."""

    def run(self, work: Callable[[Any], Result]) -> Result:
        made = super().run(work)
        if isinstance(made, bytes):
            return made[:-1] + bytes([made[-1] ^ 1])  # type: ignore[return-value]  # bytes for bytes
        return made


def test_signature_that_does_not_hold_is_not_handed_out(device: Device) -> None:
    failing = FailingDevice(device.module, device.token, device.pin)
    signs: tuple[Callable[[], bytes], ...] = (
        lambda: failing.signer("ED", "institution").sign(b"message"),
        lambda: failing.signer("EC", "institution").sign(b"message"),
        lambda: failing.wallet("EVM", "sender").sign_digest(keccak256(b"digest")),
        lambda: failing.seal("P256").sign(b"message"),
        lambda: failing.seal("RSA").sign(b"message"),
    )
    for sign in signs:
        with pytest.raises(KeyUnavailable) as caught:
            sign()
        assert caught.value.code == "key.device"


def test_wallet_signature_without_a_possible_key_is_not_handed_out(device: Device) -> None:
    """An r of zero: there is no key at all that it could be by."""

    class Zero(Device):
        def run(self, work: Callable[[Any], Result]) -> Result:
            made = super().run(work)
            return bytes(64) if isinstance(made, bytes) else made  # type: ignore[return-value]  # bytes for bytes

    with pytest.raises(KeyUnavailable):
        Zero(device.module, device.token, device.pin).wallet("EVM", "sender").sign_digest(keccak256(b"digest"))


def test_key_on_another_curve_makes_no_seal(device: Device) -> None:
    with pytest.raises(KeyUnavailable) as caught:
        device.seal("EC")
    assert caught.value.code == "key.wrong-suite"
