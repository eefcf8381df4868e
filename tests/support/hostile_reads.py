"""Every read of approvals, ceremonies and the blacklist that a route or a worker's turn makes, shaped as the route shapes it."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial

from api.routes.blacklist import _epoch_line, _listing_line, listing_line
from api.schemas.agreements import agreement_answer
from api.schemas.applications import application_answer, application_line, policy_line, rule_set_line, waiting_line
from api.schemas.ceremony import delivery_line, endpoint_line, notice_line, papers_answer, submission_line
from api.schemas.delegations import delegation_line
from api.schemas.kpis import figures_answer
from ledger.core.applications.decide import Verdict
from ledger.core.applications.default_policy import DEFAULT_POLICY
from ledger.core.applications.dry_run import Period
from ledger.core.log.permissions import Principal, Role
from ledger.services.agreements import find as finding_agreements
from ledger.services.agreements import read as reading_agreements
from ledger.services.agreements.expire import expire
from ledger.services.agreements.issue_statement import issue_statement
from ledger.services.agreements.list_deliveries import list_deliveries
from ledger.services.agreements.list_identity import list_identity
from ledger.services.agreements.list_notices import list_notices
from ledger.services.agreements.list_webhooks import list_webhooks
from ledger.services.agreements.read_document import read_document
from ledger.services.agreements.read_identity import read_identity
from ledger.services.agreements.read_sealed_copy import read_sealed_copy
from ledger.services.agreements.read_timeline import read_timeline
from ledger.services.agreements.remind_due import remind_due
from ledger.services.applications import find as finding
from ledger.services.applications import read as reading
from ledger.services.applications.dry_run_policy import dry_run_policy
from ledger.services.applications.escalate import escalate
from ledger.services.applications.fold_figures import fold_figures
from ledger.services.applications.issue_decision import Wanted, issue_decision
from ledger.services.applications.lapse import lapse
from ledger.services.applications.list_delegations import list_delegations
from ledger.services.applications.list_policies import list_policies
from ledger.services.applications.list_rule_sets import list_rule_sets
from ledger.services.applications.queue import queue
from ledger.services.applications.read_attachment import read_attachment
from ledger.services.applications.read_figures import Span, read_figures
from ledger.services.applications.read_policy import read_policy
from ledger.services.applications.review import review
from ledger.services.blacklist.known import OwnDatabase, known_epoch, signed_version
from ledger.services.blacklist.lapse_listings import lapse_listings
from ledger.services.blacklist.publish_version import publish_version
from ledger.services.blacklist.read_list import Wanted as WantedDetails
from ledger.services.blacklist.read_list import read_bucket, read_changes, read_details, read_leaves, read_versions
from ledger.services.blacklist.read_listers import read_listers
from ledger.services.blacklist.read_listing import read_listing
from ledger.services.blacklist.read_on_chain import list_chain, read_on_chain
from ledger.services.blacklist.report_anomalies import report_anomalies
from ledger.services.context import Act, Stores
from ledger.services.evidence.issue_evidence import issue_evidence
from ledger.services.evidence.issue_receipts import Asked, issue_receipts
from ledger.storage import blacklist as blacklist_rows
from support.audited import Audited
from support.audited_blacklist import EPOCH, REGISTRY_KEY
from support.ledgers import INSTITUTION
from support.stage import WORKER

Reads = Mapping[str, Callable[[], object]]
_ABOUT = {"application_id", "agreement_id", "listing_id"}


def concerned(reads: Reads, row: Mapping[str, object]) -> Reads:
    """Return the reads that a row of one application, agreement or listing can break: those of others read it in lists only."""
    if not _ABOUT & row.keys():
        return reads
    named = {str(value) for value in row.values()}
    return {
        name: read for name, read in reads.items() if ":" not in name or named & set(name.partition(":")[2].split(" "))
    }


def _ids(audited: Audited, statement: str) -> list[str]:
    read = audited.ledger.stores.database.read
    return read(lambda tx: [str(row[0]) for row in tx.exec_driver_sql(statement)])


def everybody(audited: Audited) -> Act:
    """Return an act of a person who holds every role, and decides."""
    (person,) = _ids(audited, "SELECT delegate_id FROM delegation LIMIT 1") or ["somebody"]
    return audited.ledger.act(
        Principal(person, INSTITUTION, frozenset(Role), "person"), audited.now + timedelta(days=30)
    )


def of_applications(audited: Audited, stores: Stores) -> Reads:
    """Return the reads of applications, policies, rule sets and delegations, of all that the ledger holds."""
    act, worker = everybody(audited), audited.ledger.act(WORKER, audited.now + timedelta(days=30))
    loans, policies = _ids(audited, "SELECT id FROM application"), _ids(audited, "SELECT id FROM policy")
    attached = _ids(audited, "SELECT application_id || ' ' || id FROM attachment")
    key = (_ids(audited, "SELECT key_id FROM enrolled_key WHERE owner_kind = 'person' LIMIT 1") or [""])[0]
    span = Span(since=audited.now - timedelta(days=90), until=audited.now)
    wanted = Wanted(verdict=Verdict.APPROVE, key_id=key)
    each: dict[str, Callable[[], object]] = {}
    for loan in loans:
        each[f"read:{loan}"] = lambda loan=loan: application_answer(reading.read(stores, act, loan))  # type: ignore[misc]
        each[f"review:{loan}"] = partial(review, stores, act, loan)
        each[f"issue:{loan}"] = partial(issue_decision, stores, act, loan, wanted, chain_id=1)
    for pair in attached:
        each[f"attachment:{pair}"] = partial(read_attachment, stores, act, *pair.split(" "))
    for policy in policies:
        each[f"policy:{policy}"] = partial(read_policy, stores, act, policy)
    search = finding.Search(kind="name", value="林小雨")
    return {
        **each,
        "list": lambda: [application_line(found) for found in finding.find(stores, act, finding.Search())],
        "search": lambda: [application_line(found) for found in finding.find(stores, act, search)],
        "queue": lambda: [waiting_line(waiting) for waiting in queue(stores, act)],
        "policies": lambda: [policy_line(row) for row in list_policies(stores, act)],
        "rule sets": lambda: [rule_set_line(row) for row in list_rule_sets(stores, act)],
        "delegations": lambda: [delegation_line(row) for row in list_delegations(stores, act)],
        "kpis": lambda: figures_answer(read_figures(stores, act, span), (span,)),
        "dry run": lambda: dry_run_policy(stores, act, DEFAULT_POLICY, Period(since=span.since, until=span.until)),
        "escalate": partial(escalate, stores, worker),
        "lapse": partial(lapse, stores, worker),
        "fold": partial(fold_figures, stores, audited.ledger.log),
    }


def of_agreements(audited: Audited, stores: Stores) -> Reads:
    """Return the reads of agreements and their ceremonies, evidence packages and receipts among them."""
    act, worker = everybody(audited), audited.ledger.act(WORKER, audited.now + timedelta(days=30))
    signers = _ids(audited, "SELECT agreement_id || ' ' || signer_id FROM agreement_signer")
    each: dict[str, Callable[[], object]] = {}
    for agreement in _ids(audited, "SELECT id FROM agreement"):
        each[f"agreement:{agreement}"] = lambda one=agreement: agreement_answer(
            reading_agreements.read(stores, act, one)
        )  # type: ignore[misc]
        each[f"evidence:{agreement}"] = partial(issue_evidence, stores, act, agreement)
        each[f"notices:{agreement}"] = lambda one=agreement: [
            notice_line(line) for line in list_notices(stores, act, one)
        ]  # type: ignore[misc]
        each[f"timeline:{agreement}"] = partial(read_timeline, stores, act, agreement)
        each[f"document:{agreement}"] = partial(read_document, stores, act, agreement)
        each[f"sealed:{agreement}"] = partial(read_sealed_copy, stores, act, agreement, None)
    for pair in signers:
        each[f"statement:{pair}"] = partial(issue_statement, stores, act, *pair.split(" "), chain_id=1)
    for papers in _ids(audited, "SELECT id FROM identity_submission"):
        each[f"papers:{papers}"] = lambda one=papers: papers_answer(read_identity(stores, act, one))  # type: ignore[misc]
    for hook in _ids(audited, "SELECT id FROM webhook_endpoint"):
        each[f"deliveries:{hook}"] = lambda one=hook: [delivery_line(row) for row in list_deliveries(stores, act, one)]  # type: ignore[misc]
    entries = _ids(audited, "SELECT entry_id FROM entry LIMIT 500")
    return {
        **each,
        "list": lambda: finding_agreements.find(stores, act, finding_agreements.Search()),
        "identity": lambda: [submission_line(row) for row in list_identity(stores, act)],
        "webhooks": lambda: [endpoint_line(row) for row in list_webhooks(stores, act)],
        "receipts": lambda: issue_receipts(stores, [Asked(act.principal, entry) for entry in entries[-3:]]),
        "expire": partial(expire, stores, worker),
        "remind": partial(remind_due, stores, worker),
    }


def of_blacklist(audited: Audited, stores: Stores) -> Reads:
    """Return the reads of epochs, versions, the list and its listings, and the registry's turns."""
    act, epoch = everybody(audited), EPOCH.epoch.id
    operator = audited.ledger.act(
        Principal("operator-1", INSTITUTION, frozenset({Role.OPERATOR}), "person"), audited.now
    )
    read = stores.database.read
    each: dict[str, Callable[[], object]] = {}
    for listing in _ids(audited, "SELECT id FROM listing"):
        each[f"listing:{listing}"] = lambda one=listing: listing_line(read_listing(stores, act, one))  # type: ignore[misc]
    return {
        **each,
        "epochs": lambda: [_epoch_line(row) for row in read(blacklist_rows.epochs)],
        "epoch": lambda: read(lambda tx: known_epoch(tx, epoch)).record + b"",
        "members": lambda: OwnDatabase(stores, b"").members(),
        "chain": lambda: read(list_chain),
        "on chain": partial(read_on_chain, stores, act, epoch, 600),
        "versions": lambda: [signed_version(row).to_json() for row in read_versions(stores, act, epoch)],
        "leaves": lambda: b"".join(
            leaf.token + leaf.value for leaf in read_leaves(stores, act, epoch, after=b"", limit=500).leaves
        ),
        "changes": lambda: read_changes(stores, act, epoch, since=0),
        "bucket": lambda: [_listing_line(found) for found in read_bucket(stores, act, epoch, "", None).listings],
        "details": lambda: [
            _listing_line(found) for found in read_details(stores, act, epoch, WantedDetails(0, "", 200))
        ],
        "listers": partial(read_listers, stores, act),
        "anomalies": lambda: report_anomalies(stores, act, act.now.date()),
        "lapse listings": partial(lapse_listings, stores, operator, REGISTRY_KEY),
        "publish": partial(publish_version, stores, operator, epoch_id=epoch, key=REGISTRY_KEY, cadence=timedelta(0)),
    }
