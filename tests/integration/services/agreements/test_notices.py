"""Notices and events: followed once, sent once, tried again, given up (DESIGN section 9)."""

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from ledger.core.log.deliveries import MOST_ATTEMPTS, check_event
from ledger.errors import InvalidInput
from ledger.messages.door import Channel, Senders
from ledger.messages.webhook import WebhookPoster
from ledger.services.agreements.add_webhook import MOST_ENDPOINTS, AddedWebhook, NewWebhook, add_webhook
from ledger.services.agreements.deliver_events import deliver_events
from ledger.services.agreements.follow_log import follow_log
from ledger.services.agreements.list_deliveries import list_deliveries
from ledger.services.agreements.list_notices import list_notices
from ledger.services.agreements.list_webhooks import list_webhooks
from ledger.services.agreements.remove_webhook import remove_webhook
from ledger.services.agreements.replay_webhook import replay_webhook
from ledger.services.agreements.send_notices import Outgoing, send_notices
from ledger.storage.notices import NoticeRow
from support.stage import OFFICER, WORKER, Stage, clean, party, person, refused

BORROWER = "borrower@example.com"


def fate(stage: Stage, made: str) -> NoticeRow:
    (line,) = list_notices(stage.stores, stage.act(OFFICER), made)
    return line.row


def test_two_workers_send_a_notice_once(any_stage: Stage) -> None:
    made = any_stage.agreement()
    any_stage.sequence()
    log = any_stage.ledger.log
    with ThreadPoolExecutor(4) as pool:
        followed = list(pool.map(lambda _: follow_log(any_stage.stores, any_stage.act(WORKER), log), range(4)))
        assert len([count for count in followed if count]) == 1
        list(pool.map(lambda _: send_notices(any_stage.stores, any_stage.act(WORKER), any_stage.outgoing), range(4)))
    assert len(any_stage.messages(BORROWER)) == 1
    assert fate(any_stage, made).status == "sent"


def test_a_message_that_failed_is_tried_again_later_with_a_new_link(stage: Stage) -> None:
    made = stage.agreement()
    stage.outbox.fail(2)
    stage.work()
    assert (fate(stage, made).status, fate(stage, made).last_code) == ("waiting", "message.not-sent")
    stage.work()
    assert fate(stage, made).attempts == 1, "nothing is tried before its time"
    stage.later(seconds=11)
    stage.work()
    stage.later(seconds=41)
    stage.work()
    assert (fate(stage, made).status, fate(stage, made).attempts) == ("sent", 3)
    stage.open(BORROWER)


def test_a_message_that_always_fails_becomes_a_dead_letter(stage: Stage) -> None:
    made = stage.agreement()
    stage.outbox.fail(MOST_ATTEMPTS)
    for _ in range(MOST_ATTEMPTS):
        stage.work()
        stage.later(hours=13)
    assert (fate(stage, made).status, fate(stage, made).attempts) == ("dead", MOST_ATTEMPTS)
    stage.work()
    assert stage.messages(BORROWER) == []


def test_an_address_that_is_refused_is_a_dead_letter_at_once(stage: Stage) -> None:
    made = stage.agreement()
    stage.outbox.failures.append(InvalidInput("message.refused", "no such address"))
    stage.work()
    assert (fate(stage, made).status, fate(stage, made).last_code) == ("dead", "message.refused")


def test_a_person_without_an_address_that_is_served_is_a_dead_letter(stage: Stage) -> None:
    made = stage.agreement(party(person=person("borrower", email=None, phone="+8613800138000")))
    stage.sequence()
    follow_log(stage.stores, stage.act(WORKER), stage.ledger.log)
    mail_only = Outgoing(senders=Senders({Channel.EMAIL: stage.outbox}), link_of=str)
    send_notices(stage.stores, stage.act(WORKER), mail_only)
    assert (fate(stage, made).status, fate(stage, made).last_code) == ("dead", "message.no-channel")


def test_a_worker_that_died_while_sending_leaves_the_notice_to_the_next(stage: Stage) -> None:
    made = stage.agreement()

    class Killed(BaseException):
        pass

    stage.sequence()
    follow_log(stage.stores, stage.act(WORKER), stage.ledger.log)
    stage.outbox.failures.append(Killed())  # type: ignore[arg-type]  # what no handler of ours catches
    with pytest.raises(Killed):
        send_notices(stage.stores, stage.act(WORKER), stage.outgoing)
    stage.work()
    assert stage.messages(BORROWER) == []
    stage.later(minutes=3)
    stage.work()
    assert len(stage.messages(BORROWER)) == 1
    assert fate(stage, made).status == "sent"


def test_messages_speak_the_language_of_their_reader_and_name_no_amount(stage: Stage) -> None:
    stage.agreement(party(), party("guarantor", "Ann", person=person("ann", language="en")))
    stage.work()
    (zh,), (en,) = stage.messages(BORROWER), stage.messages("ann@example.com")
    assert "签署" in zh.subject
    assert "sign" in en.subject
    for message in (zh, en):
        assert "50,000" not in message.body
        assert "Lin" not in message.body
        assert "5000000" not in message.body


@dataclass
class Receiver:
    """A program that takes events over HTTP and answers as it is told."""

    url: str
    answers: list[int] = field(default_factory=list)
    taken: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    def check(self, secret: str, now: float) -> list[dict[str, Any]]:
        """Check every event as docs/formats/webhook.md asks, and return the bodies."""
        for headers, body in self.taken:
            event = (headers["tally-event-id"], int(headers["tally-timestamp"]), headers["tally-signature"])
            check_event(bytes.fromhex(secret), event, body, now=int(now))
        return [json.loads(body) for _, body in self.taken]


@contextmanager
def receiving() -> Iterator[Receiver]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.taken.append(({name.lower(): value for name, value in self.headers.items()}, body))
            status = receiver.answers.pop(0) if receiver.answers else 204
            self.send_response(status)
            if status == 302:
                self.send_header("Location", receiver.url)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver = Receiver(f"http://localhost:{server.server_address[1]}/hooks?of=loans")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def program() -> Iterator[Receiver]:
    with receiving() as opened:
        yield opened


def hook(stage: Stage, url: str, *events: str) -> AddedWebhook:
    new = NewWebhook(url=url, events=events, allow_private=True)
    return add_webhook(stage.stores, stage.act(stage.ledger.administrator), new, stage.ledger.key)


def deliver(stage: Stage, *, allow_private: bool = True) -> int:
    stage.sequence()
    while follow_log(stage.stores, stage.act(WORKER), stage.ledger.log):
        pass
    return deliver_events(stage.stores, stage.act(WORKER), WebhookPoster(allow_private=allow_private))


def test_every_step_is_an_event_signed_under_the_secret_of_its_endpoint(stage: Stage, program: Receiver) -> None:
    added = hook(stage, program.url)
    made = stage.agreement(stage.keyed("borrower", "Lin"))
    stage.sign(made)
    deliver(stage)
    bodies = program.check(added.secret, stage.now.timestamp())
    assert [body["type"] for body in bodies] == ["agreement.created", "agreement.sent", "agreement.signed"]
    assert [body["n"] for body in bodies] == [1, 2, 3]
    assert {body["agreement"] for body in bodies} == {made}
    assert program.taken[0][0]["host"].startswith("localhost:")
    assert deliver(stage) == 0
    clean(stage)


def test_an_endpoint_gets_the_types_it_asked_for(stage: Stage, program: Receiver) -> None:
    added = hook(stage, program.url, "agreement.signed")
    stage.sign(stage.agreement(stage.keyed("borrower", "Lin")))
    deliver(stage)
    assert [body["type"] for body in program.check(added.secret, stage.now.timestamp())] == ["agreement.signed"]


def test_an_answer_that_is_no_yes_is_tried_again_and_a_redirect_is_not_followed(
    stage: Stage, program: Receiver
) -> None:
    added = hook(stage, program.url, "agreement.created")
    stage.agreement(stage.keyed("borrower", "Lin"))
    program.answers += [500, 302, 429]
    for _ in range(4):
        deliver(stage)
        stage.later(minutes=3)
    (row,) = list_deliveries(stage.stores, stage.act(stage.ledger.administrator), added.written.resource_id)
    assert (row.status, row.attempts, row.last_status, len(program.taken)) == ("sent", 4, 204, 4)
    assert len({headers["tally-event-id"] for headers, _ in program.taken}) == 1


def test_gone_is_a_dead_letter_at_once_and_a_replay_sends_it_again(stage: Stage, program: Receiver) -> None:
    administrator = stage.ledger.administrator
    added = hook(stage, program.url, "agreement.created")
    start = stage.now
    stage.agreement(stage.keyed("borrower", "Lin"))
    program.answers.append(410)
    deliver(stage)
    endpoint = added.written.resource_id
    (dead,) = list_deliveries(stage.stores, stage.act(administrator), endpoint, status="dead")
    assert (dead.last_status, dead.attempts) == (410, 1)
    assert replay_webhook(stage.stores, stage.act(administrator), endpoint, start) == 1
    deliver(stage)
    assert len(program.taken) == 2
    assert program.taken[0][1] == program.taken[1][1]
    assert list_deliveries(stage.stores, stage.act(administrator), endpoint, status="dead") == []


def test_an_endpoint_that_never_answers_becomes_a_dead_letter(stage: Stage) -> None:
    with receiving() as gone:
        url = gone.url
    added = hook(stage, url, "agreement.created")
    stage.agreement(stage.keyed("borrower", "Lin"))
    for _ in range(MOST_ATTEMPTS + 1):
        deliver(stage)
        stage.later(hours=13)
    (row,) = list_deliveries(stage.stores, stage.act(stage.ledger.administrator), added.written.resource_id)
    assert (row.status, row.attempts, row.last_code) == ("dead", MOST_ATTEMPTS, "webhook.no-answer")


def test_an_address_in_a_private_network_gets_nothing(stage: Stage, program: Receiver) -> None:
    added = hook(stage, program.url, "agreement.created")
    stage.agreement(stage.keyed("borrower", "Lin"))
    deliver(stage, allow_private=False)
    (row,) = list_deliveries(stage.stores, stage.act(stage.ledger.administrator), added.written.resource_id)
    assert (row.status, row.last_code, program.taken) == ("dead", "webhook.url", [])


def test_a_removed_endpoint_gets_nothing_more(stage: Stage, program: Receiver) -> None:
    administrator, key = stage.ledger.administrator, stage.ledger.key
    endpoint = hook(stage, program.url).written.resource_id
    assert [row.url for row in list_webhooks(stage.stores, stage.act(administrator))] == [program.url]
    stage.agreement(stage.keyed("borrower", "Lin"))
    stage.sequence()
    follow_log(stage.stores, stage.act(WORKER), stage.ledger.log)
    remove_webhook(stage.stores, stage.act(administrator), endpoint, key)
    deliver(stage)
    assert program.taken == []
    assert list_webhooks(stage.stores, stage.act(administrator)) == []
    refused(lambda: remove_webhook(stage.stores, stage.act(administrator), endpoint, key), "webhook.removed")
    refused(lambda: replay_webhook(stage.stores, stage.act(administrator), endpoint, stage.now), "webhook.removed")
    refused(lambda: remove_webhook(stage.stores, stage.act(administrator), "x", key), "webhook.unknown")
    clean(stage)


@pytest.mark.parametrize("events", [("agreement.married",), ("person.added",), ("agreement.sent", "agreement.sent")])
def test_an_endpoint_asks_for_types_that_exist_each_once(stage: Stage, events: tuple[str, ...]) -> None:
    refused(lambda: hook(stage, "https://lender.example/hook", *events), "webhook.events", "events")


def test_an_institution_has_a_limited_number_of_endpoints(stage: Stage) -> None:
    for number in range(MOST_ENDPOINTS):
        hook(stage, f"https://lender.example/{number}")
    refused(lambda: hook(stage, "https://lender.example/more"), "webhook.too-many")


def test_two_workers_deliver_an_event_once(any_stage: Stage) -> None:
    with receiving() as receiver:
        hook(any_stage, receiver.url, "agreement.created")
        any_stage.agreement(any_stage.keyed("borrower", "Lin"))
        any_stage.sequence()
        follow_log(any_stage.stores, any_stage.act(WORKER), any_stage.ledger.log)
        poster = WebhookPoster(allow_private=True)
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda _: deliver_events(any_stage.stores, any_stage.act(WORKER), poster), range(4)))
        assert len(receiver.taken) == 1
