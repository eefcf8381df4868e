from collections.abc import Iterable
from ipaddress import ip_address

import pytest

from ledger.errors import InvalidInput, LedgerError
from ledger.messages.address_guard import check_url, is_public, resolve_target


@pytest.mark.parametrize(
    "url",
    [
        "http://lender.example/hook",
        "ftp://lender.example/hook",
        "https://user@lender.example/",
        "https://user:word@lender.example/",
        "https://lender.example/#part",
        "https:///path",
        "https://lender.example:port/",
        "https://lender.example:99999/",
        "https://[::1/",
        "https://lender.example/a b",
        "https://lender.example/\n",
        "https://贷款.example/",
        "lender.example",
        "",
        "https://lender.example/" + "x" * 500,
    ],
)
def test_what_is_no_plain_https_address_is_refused(url: str) -> None:
    with pytest.raises(InvalidInput) as no:
        check_url(url, allow_private=True)
    assert (no.value.code, no.value.field) == ("webhook.url", "url")


def test_http_goes_to_this_machine_only_and_only_in_development() -> None:
    for host in ("localhost", "127.0.0.1", "[::1]"):
        assert check_url(f"http://{host}:8000/", allow_private=True).port == 8000
        with pytest.raises(InvalidInput):
            check_url(f"http://{host}:8000/", allow_private=False)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104  # an address that must be refused
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "fd00::1",
        "ff02::1",
        "::ffff:10.0.0.1",
        "::ffff:169.254.169.254",
        "2002:0a00:0001::1",
        "2001:0:4136:e378:8000:63bf:f5ff:fffe",
    ],
)
def test_addresses_inside_somebody_s_network_are_not_public(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "::ffff:93.184.216.34"])
def test_addresses_of_the_internet_are_public(address: str) -> None:
    assert is_public(ip_address(address))


def resolving(*addresses: str) -> object:
    def resolve(host: str, port: int) -> Iterable[str]:
        assert (host, port) == ("lender.example", 443)
        return addresses

    return resolve


def test_a_public_name_is_pinned_to_the_address_that_was_checked() -> None:
    target = resolve_target("https://lender.example/hook", allow_private=False, resolve=resolving("93.184.216.34"))  # type: ignore[arg-type]  # as declared
    assert (str(target.address), target.host, target.port) == ("93.184.216.34", "lender.example", 443)


@pytest.mark.parametrize(
    ("addresses", "code"),
    [
        (("10.0.0.1",), "webhook.private-address"),
        (("93.184.216.34", "127.0.0.1"), "webhook.private-address"),
        ((), "webhook.unresolved"),
        (("nonsense",), "webhook.unresolved"),
    ],
)
def test_a_name_with_any_private_address_or_none_is_refused(addresses: tuple[str, ...], code: str) -> None:
    with pytest.raises(LedgerError) as no:
        resolve_target("https://lender.example/hook", allow_private=False, resolve=resolving(*addresses))  # type: ignore[arg-type]  # as declared
    assert no.value.code == code


def test_a_private_address_is_let_through_in_development() -> None:
    target = resolve_target("https://lender.example/hook", allow_private=True, resolve=resolving("10.0.0.1"))  # type: ignore[arg-type]  # as declared
    assert str(target.address) == "10.0.0.1"
    assert resolve_target("http://127.0.0.1/", allow_private=True).port == 80
