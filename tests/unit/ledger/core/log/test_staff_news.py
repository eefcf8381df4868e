import pytest

from ledger.core.log.mail_address import MAX_ADDRESS_CHARS, can_be_mailed
from ledger.core.log.staff_news import News, page_of, staff_mail


@pytest.mark.parametrize("news", list(News))
def test_mail_says_what_waits_and_where_in_both_languages(news: News) -> None:
    address = "https://desk.example" + page_of(news, "0193b2a4")
    mail = staff_mail(news, number="HT-2026-000117", address=address)
    assert mail.subject.count("HT-2026-000117") == 2
    assert address in mail.body
    assert "请登录" in mail.body
    assert "\n" not in mail.subject


@pytest.mark.parametrize("address", ["a@b.co", "first.last+tag@mail.example.com", "o'neil@x-y.example", "1@2.3"])
def test_addresses_that_mail_servers_take(address: str) -> None:
    assert can_be_mailed(address)


@pytest.mark.parametrize(
    "address",
    [
        *("", "a", "a@b", "a..b@c.de", ".a@c.de", "a.@c.de", "a@-c.de", "a@c-.de", "a@c..de", "a b@c.de", "a@c.de\n"),
        *("林@c.de", "a" * 65 + "@c.de", "a@" + "c" * MAX_ADDRESS_CHARS + ".de"),
    ],
)
def test_addresses_that_mail_servers_do_not_take(address: str) -> None:
    assert not can_be_mailed(address)
