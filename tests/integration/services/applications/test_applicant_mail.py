"""An applicant is told by real mail that their application was given back; what became of the mail is the proof on record."""

from collections.abc import Iterator
from datetime import date

import pytest

from ledger.core.applications.decide import Verdict
from ledger.errors import LedgerError
from ledger.messages.door import Channel, Senders
from ledger.messages.smtp import SmtpSender
from ledger.services.applications.lapse import lapse
from ledger.services.applications.send_applicant_mail import MailWays, send_applicant_mail
from ledger.services.applications.send_word import send_word
from ledger.services.applications.told_lately import told_lately
from ledger.services.applications.withdraw import withdraw
from ledger.storage.applicant_notices import applicant_notices_of
from signing.canonical import Json
from support.approvals import Desk, cn_identity
from support.mail_server import Post, mail_server
from support.stage import refused

_PEOPLE = iter(range(100, 900))
UNTIL = date(2026, 12, 24)


@pytest.fixture
def post() -> Iterator[tuple[Post, MailWays]]:
    """Return a mail server of our own, and the way to it."""
    post = Post()
    with mail_server(post) as server:
        yield post, MailWays(senders=Senders({Channel.EMAIL: SmtpSender(server)}), channel="email")


def returned(desk: Desk, email: str | None, language: str = "zh") -> str:
    reach: dict[str, Json] = {"email": email, "language": language} if email else {}
    loan = desk.apply(identity=cn_identity(next(_PEOPLE)), reach=reach)
    desk.submit(loan)
    desk.say("Olga", loan, Verdict.RETURN, conditions=("近三个月工资单",), reason="income unclear")
    return loan


def sent(desk: Desk, ways: MailWays) -> int:
    return send_applicant_mail(desk.ledger.stores, desk.worker(), ways)


def told(desk: Desk, loan: str) -> list[tuple[str, ...]]:
    found = told_lately(desk.ledger.stores, desk.act("Otto"), loan)
    assert found is not None
    return [line[1:] for line in found.told]


def status(desk: Desk, loan: str) -> list[tuple[str, str | None]]:
    rows = desk.ledger.stores.database.read(lambda tx: applicant_notices_of(tx, loan))
    return [(row.status, row.last_code) for row in rows]


def test_mail_says_what_is_needed_and_is_the_proof(desk: Desk, post: tuple[Post, MailWays]) -> None:
    server, ways = post
    loan = returned(desk, "lin@example.com")
    send_word(desk.ledger.stores, desk.act("Otto"), loan, UNTIL)
    assert told(desk, loan) == []
    assert (sent(desk, ways), sent(desk, ways)) == (1, 0)
    mail = server.mail()
    assert mail["To"] == "lin@example.com"
    body = mail.get_content()
    for part in (desk.content_number(loan), "近三个月工资单", "2026-12-24"):
        assert part in body
    for kept in ("income unclear", "林小雨", "100,000", "CNY"):
        assert kept not in body
    assert told(desk, loan) == [("email", "sent", "2026-12-24")]
    assert desk.state(loan).due_on == "2026-12-24"
    desk.replayed()  # brings what waits into the log
    desk.later(days=40)
    assert lapse(desk.ledger.stores, desk.worker()) == 1
    report = desk.replayed()
    assert not report.findings
    assert desk.audited().is_clean


def test_offer_is_mailed_in_the_applicant_s_language_without_its_amount(
    desk: Desk, post: tuple[Post, MailWays]
) -> None:
    server, ways = post
    loan = desk.apply(identity=cn_identity(next(_PEOPLE)), reach={"email": "lin@example.com", "language": "en"})
    desk.submit(loan)
    desk.say("Olga", loan, Verdict.COUNTER, conditions=("amount=CNY 80,000.00",))
    send_word(desk.ledger.stores, desk.act("Otto"), loan, None)
    assert sent(desk, ways) == 1
    body = server.mail().get_content()
    assert "another offer" in body
    assert desk.state(loan).due_on in body
    assert "80,000" not in body


def test_mail_that_cannot_be_delivered_tells_nobody(desk: Desk, post: tuple[Post, MailWays]) -> None:
    _, ways = post
    loan, due = returned(desk, "no-such@example.com"), "2026-12-07"
    send_word(desk.ledger.stores, desk.act("Otto"), loan, UNTIL)
    assert sent(desk, ways) == 1
    assert status(desk, loan) == [("dead", "message.refused")]
    assert told(desk, loan) == [("email", "failed", due)]
    desk.replayed()
    desk.later(days=60)
    assert lapse(desk.ledger.stores, desk.worker()) == 0  # nobody was told
    assert not desk.replayed().findings


def test_mail_is_tried_again_and_dropped_once_it_no_longer_matters(desk: Desk, post: tuple[Post, MailWays]) -> None:
    _, ways = post
    loan, stores = returned(desk, "later-on@example.com"), desk.ledger.stores
    send_word(stores, desk.act("Otto"), loan, UNTIL)
    assert sent(desk, ways) == 1
    assert status(desk, loan) == [("waiting", "message.not-sent")]
    assert told(desk, loan) == []
    withdraw(stores, desk.act("Otto"), loan, ground="changed mind", evidence_sha256=b"\x06" * 32)
    desk.later(hours=1)
    assert sent(desk, ways) == 1
    assert status(desk, loan) == [("dropped", "message.not-sent")]
    assert not desk.replayed().findings


def test_mail_that_cannot_be_asked_for_is_refused(desk: Desk) -> None:
    stores, loan = desk.ledger.stores, returned(desk, None)
    refused(lambda: send_word(stores, desk.act("Otto"), loan, UNTIL), "application.no-address")
    reached = returned(desk, "lin@example.com")
    refused(lambda: send_word(stores, desk.act("Otto"), reached, date(2026, 11, 1)), "application.until")
    refused(lambda: send_word(stores, desk.act("Rita"), reached, UNTIL), "permission.denied")
    waiting = desk.apply(identity=cn_identity(next(_PEOPLE)))
    refused(lambda: send_word(stores, desk.act("Otto"), waiting, UNTIL), "application.not-open")


@pytest.mark.parametrize("reach", [{"email": "no address"}, {"email": 5}, {"email": "a@b.example", "language": "fr"}])
def test_address_of_another_form_is_refused(desk: Desk, reach: dict[str, Json]) -> None:
    with pytest.raises(LedgerError) as found:
        desk.apply(identity=cn_identity(next(_PEOPLE)), reach=reach)
    assert found.value.code == "application.people"
