"""Authorities over a real socket: down, slow, lying; the second one is asked; what is missing at the start is named."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import ocsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from api.commands.seal_keys import import_chain, make_request
from api.settings import Settings
from api.wiring.authority_web import AuthorityWeb
from api.wiring.keyring import Keyring
from api.wiring.seal_tools import CHAIN_FILE, SealBench, read_chain
from ledger.errors import InvalidInput, Unavailable
from signing.errors import ServiceUnavailable, VerificationFailed
from signing.keys.local_authority import LocalAuthority, Subject
from signing.keys.sealed_file import new_passphrase
from signing.one_time import public_key_info
from signing.pdf.inspect_sealed import SealTrust, inspect_sealed
from signing.pdf.seal import SealTools, renew, seal
from support.authority_server import AuthorityServer, serving
from support.sealing import EVIDENCE, TEXT, local_authority, now, seal_tools
from support.small_pdfs import small_pdf

CODE = "ALPHA"
PASSPHRASE = new_passphrase().encode()  # drawn at random: opening a file takes no time


def tools_over_http(authority: LocalAuthority, *servers: AuthorityServer) -> SealTools:
    tools = seal_tools(authority, urls=[server.url for server in servers])
    return SealTools(**{**vars(tools), "web": AuthorityWeb(timeout_seconds=0.5, local=authority.answer)})


def test_an_honest_authority_stamps_over_http() -> None:
    authority = local_authority()
    with serving(AuthorityServer(authority)) as server:
        sealed = seal(small_pdf(), EVIDENCE, tools_over_http(authority, server), TEXT)
    assert [stamp.url for stamp in sealed.time_stamps] == [server.url, server.url]


@pytest.mark.parametrize(
    ("mood", "code"),
    [
        ("down", "web.refused"),
        ("moved", "web.refused"),
        ("slow", "web.unreachable"),
        ("flood", "web.too-large"),
        ("nonsense", "seal.time-stamp-malformed"),
    ],
)
def test_a_failing_authority_is_named_and_the_next_one_asked(mood: str, code: str) -> None:
    authority = local_authority()
    with serving(AuthorityServer(authority, mood=mood)) as bad, serving(AuthorityServer(authority)) as good:
        sealed = seal(small_pdf(), EVIDENCE, tools_over_http(authority, bad, good), TEXT)
        assert {stamp.url for stamp in sealed.time_stamps} == {good.url}
        with pytest.raises(ServiceUnavailable) as refused:
            seal(small_pdf(), EVIDENCE, tools_over_http(authority, bad), TEXT)
    assert refused.value.code == "seal.no-time-stamp"
    assert code in refused.value.message


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("ftp://tsa.example/", "web.address"),
        ("http://127.0.0.1:9/", "web.unreachable"),
        ("http://[", "web.unreachable"),
    ],
)
def test_an_address_that_cannot_be_asked_is_refused(url: str, code: str) -> None:
    with pytest.raises(ServiceUnavailable) as refused:
        AuthorityWeb(timeout_seconds=0.5).ask(url, b"", most_bytes=10)
    assert refused.value.code == code


def bench(folder: Path, **changes: Any) -> SealBench:  # noqa: ANN401  # any setting
    settings = Settings(data=folder, **changes)
    settings.keys_folder.mkdir(parents=True, exist_ok=True)
    (settings.keys_folder / CODE).mkdir(exist_ok=True)
    return SealBench(settings, Keyring(settings.keys_folder, PASSPHRASE), now)


def pem(*certificates: bytes) -> bytes:
    return b"".join(x509.load_der_x509_certificate(item).public_bytes(Encoding.PEM) for item in certificates)


def test_an_embedded_installation_makes_what_it_lacks_once(tmp_path: Path) -> None:
    first, again = bench(tmp_path).tools(CODE, "Alpha Lender"), bench(tmp_path).tools(CODE, "Alpha Lender")
    assert first.is_local
    assert (first.chain, first.key.public_key_info) == (again.chain, again.key.public_key_info)
    assert bench(tmp_path).roots() == ((first.chain[-1],), (first.chain[-1],))
    assert seal(small_pdf(), EVIDENCE, again, TEXT).time_stamps


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"chain": "http://node.example"}, "seal.no-time-stamp-authority"),
        ({"tsa": "https://tsa.example"}, "seal.no-time-stamp-roots"),
        ({"tsa": "https://tsa.example", "tsa_roots": "nowhere.pem"}, "seal.certificate-file"),
    ],
)
def test_what_is_missing_elsewhere_is_named(tmp_path: Path, changes: dict[str, object], code: str) -> None:
    with pytest.raises(Unavailable) as refused:
        bench(tmp_path, **changes).tools(CODE, "Alpha Lender")
    assert refused.value.code == code


def test_a_certificate_of_one_s_own_is_used_and_checked(tmp_path: Path) -> None:
    authority, made = local_authority(3), bench(tmp_path)
    key = made.keyring.seal_key(CODE, make=True)
    own = authority.issue("seal-alpha", Subject("Alpha Lender", key.public_key_info))
    other = seal_tools(authority).chain[0]
    roots = tmp_path / "roots.pem"
    roots.write_bytes(pem(authority.root))
    given = {"tsa": "https://a.example, https://b.example", "tsa_roots": str(roots)}
    with pytest.raises(Unavailable) as refused:
        bench(tmp_path, **given).tools(CODE, "Alpha Lender")
    assert refused.value.code == "seal.no-certificate"
    file = made.keyring.folder / CODE / CHAIN_FILE
    for certificates, code in (((other, authority.root), "seal.other-key"), ((own, other), "seal.broken-chain")):
        file.write_bytes(pem(*certificates))
        with pytest.raises(Unavailable) as refused:
            bench(tmp_path, **given).tools(CODE, "Alpha Lender")
        assert refused.value.code == code
    file.write_bytes(pem(own, authority.root))
    tools = bench(tmp_path, **given).tools(CODE, "Alpha Lender")
    assert (tools.chain, tools.is_local) == ((own, authority.root), False)
    assert tools.time_stamp_urls == ("https://a.example", "https://b.example")
    assert bench(tmp_path, **given).roots() == ((authority.root,), (authority.root,))


def test_a_file_without_certificates_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.pem").write_text("nothing")
    with pytest.raises(Unavailable, match="expected certificates in PEM"):
        read_chain(tmp_path / "empty.pem")


def test_the_commands_ask_for_a_certificate_and_import_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TALLY_DATA", str(tmp_path))
    monkeypatch.setenv("TALLY_KEY_PASSPHRASE", PASSPHRASE.decode())
    bench(tmp_path)
    request = x509.load_pem_x509_csr(make_request(CODE, name="Alpha Lender 甲银行", country="CN"))
    authority = local_authority(5)
    public = request.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    chain = tmp_path / "chain.pem"
    chain.write_bytes(pem(authority.issue("seal-alpha", Subject("Alpha Lender", public)), authority.root))
    kept = import_chain(CODE, chain, force=False)
    assert "Alpha Lender" in kept.subject
    assert kept.file.read_bytes() == chain.read_bytes()
    with pytest.raises(InvalidInput, match="already"):
        import_chain(CODE, chain, force=False)
    with pytest.raises(InvalidInput) as refused:
        make_request(CODE, name="x" * 65, country="CN")
    assert refused.value.code == "keys.request"
    with pytest.raises(InvalidInput) as refused:
        make_request("BETA", name="Beta", country="CN")
    assert refused.value.code == "keys.no-institution"


def one_time_request() -> bytes:
    """Return what a browser asks to be certified: a key just made, and nobody's name."""
    builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([]))
    return builder.sign(ec.generate_private_key(ec.SECP256R1()), SHA256()).public_bytes(Encoding.DER)


def test_one_time_key_is_certified_by_an_authority_of_one_s_own_over_http(tmp_path: Path) -> None:
    with serving(AuthorityServer(local_authority(5), mood="certifier")) as server:
        request = one_time_request()
        made = bench(tmp_path, chain="http://node.example", one_time_ca=server.url).certify_once(request)
        assert server.asked == 1
    certificate = x509.load_der_x509_certificate(made)
    info = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    assert info == public_key_info(request)
    root = x509.load_der_x509_certificate(local_authority(5).root)
    assert certificate.issuer == root.subject


@pytest.mark.parametrize(
    ("mood", "code"),
    [
        ("down", "web.refused"),
        ("nonsense", "one-time.certificate-refused"),
        ("stubborn", "one-time.certificate-refused"),
    ],
)
def test_authority_for_one_time_keys_that_fails_or_answers_something_else_is_refused(
    mood: str, code: str, tmp_path: Path
) -> None:
    authority = local_authority(5)
    with serving(AuthorityServer(authority, mood=mood)) as server:
        here = bench(tmp_path, chain="http://node.example", one_time_ca=server.url)
        with pytest.raises((ServiceUnavailable, VerificationFailed)) as refused:
            here.certify_once(one_time_request())
    assert refused.value.code == code


def test_without_an_authority_no_one_time_key_is_certified_elsewhere_than_in_a_demonstration(tmp_path: Path) -> None:
    with pytest.raises(Unavailable) as refused:
        bench(tmp_path, chain="http://node.example").certify_once(one_time_request())
    assert refused.value.code == "one-time.no-authority"


def test_archive_time_stamp_is_renewed_by_a_second_authority_when_the_first_is_gone() -> None:
    authority = local_authority()
    with serving(AuthorityServer(authority)) as first, serving(AuthorityServer(authority)) as second:
        sealed = seal(small_pdf(), EVIDENCE, tools_over_http(authority, first), TEXT)
        first.mood = "down"
        renewed = renew(sealed.data, tools_over_http(authority, first, second), version=2)
        with pytest.raises(ServiceUnavailable) as refused:
            renew(sealed.data, tools_over_http(authority, first), version=2)
    assert refused.value.code == "seal.no-time-stamp"
    assert [stamp.url for stamp in renewed.time_stamps] == [second.url]
    assert renewed.data.startswith(sealed.data)
    assert inspect_sealed(renewed.data, SealTrust(roots=(authority.root,)), at=now()).reasons == ()


def test_archive_is_renewed_with_a_stamp_of_quite_another_authority_whose_root_the_verifier_has_to_name() -> None:
    ours, theirs = local_authority(), OtherAuthority(bytes([2]) * 32, clock=now)
    assert ours.root != theirs.root
    with serving(AuthorityServer(ours)) as first, serving(AuthorityServer(theirs)) as second:
        sealed = seal(small_pdf(), EVIDENCE, tools_over_http(ours, first), TEXT)
        tools = replace(tools_over_http(ours, second), time_stamp_roots=(ours.root, theirs.root))
        tools = replace(tools, web=AuthorityWeb(timeout_seconds=0.5, local=either(ours, theirs)))
        renewed = renew(sealed.data, tools, version=2)
    assert renewed.data.startswith(sealed.data)
    both = SealTrust(roots=(ours.root,), time_stamp_roots=(ours.root, theirs.root))
    found = inspect_sealed(renewed.data, both, at=now())
    assert (found.reasons, [one.kind for one in found.signed]) == ((), ["seal", "signature", "archive", "archive"])
    alone = inspect_sealed(renewed.data, SealTrust(roots=(ours.root,)), at=now())
    assert [reason.code for reason in alone.reasons] != []


class OtherAuthority(LocalAuthority):
    """Another authority, by its names too."""

    def _certificate(self, label: str) -> bytes:
        self._subjects[label] = self._subjects[label].removeprefix("Another ")
        self._subjects[label] = f"Another {self._subjects[label]}"
        return super()._certificate(label)


def either(*authorities: LocalAuthority) -> Callable[[str, bytes], bytes | None]:
    """Return how authorities at one address answer about certificates: each knows its own by the hash of its key."""

    def answer(url: str, body: bytes) -> bytes | None:
        if "/ocsp/" not in url:
            return authorities[-1].answer(url, body)
        asked = ocsp.OCSPRequest.load(body)["tbs_request"]["request_list"][0]["req_cert"]["issuer_key_hash"].native
        return next(one.answer(url, body) for one in authorities if asked in _hashes(one.root))

    return answer


def _hashes(certificate: bytes) -> tuple[bytes, bytes]:
    key = asn1_x509.Certificate.load(certificate).public_key
    return key.sha1, key.sha256
