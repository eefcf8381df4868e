"""The partner's commands against a running service: identifiers come in unseen, receipts go out, a stranger verifies them."""

import json
from pathlib import Path

import pytest

from ledger.core.blacklist.identifiers import parse_identifier
from support.blacklist_service import FRAUDSTER, BlacklistService, as_partner
from support.commands import tally
from support.consortium import TODAY

CARD = "4111111111111111"
UNLISTED = parse_identifier("passport", "CHN:E55555555", TODAY)


@pytest.fixture(scope="module")
def environment(blacklist: BlacklistService) -> dict[str, str]:
    return as_partner(blacklist)


def test_policy_list_check_and_verify(blacklist: BlacklistService, environment: dict[str, str], tmp_path: Path) -> None:
    fetched = tally(environment, "blacklist", "policy", "--force")
    assert fetched.returncode == 0, fetched.stderr
    assert "co-located, not independent" in fetched.stdout
    evidence = tmp_path / "evidence.txt"
    evidence.write_text("the file that the lister keeps")
    options = ("--kind", "passport", "--reason", "forged-material", "--evidence", str(evidence), "--contact", "desk")
    listed = tally(environment, "blacklist", "list", *options, "--json", given="CHN:E12345678\n")
    assert listed.returncode == 0, listed.stderr
    blacklist.publish()
    assert b"E12345678" not in (blacklist.service.settings.data / "blacklist" / "own-listings").read_bytes()
    renewed = tally(environment, "blacklist", "renew")
    assert renewed.stdout == "nothing to renew\n", renewed.stderr

    checked = ("blacklist", "check", "--application", "DEMO-2026-000017")
    out = tmp_path / "check"
    hit = tally(environment, *checked, "--kind", "passport", "-o", str(out), given="chn e12345678\n")
    assert hit.returncode == 1, hit.stderr
    assert "LISTED" in hit.stdout
    assert "forged-material" in hit.stdout
    clean = tally(environment, *checked, "--kind", "passport", "--by-prefix", "--json", given="CHN:E12345679\n")
    assert (clean.returncode, json.loads(clean.stdout)["listed"]) == (0, False)

    policy = blacklist.service.settings.data / "blacklist" / "policy.json"
    files = [str(out) + ".opening.json", "--receipt", str(out) + ".receipt.json", "--trust", str(policy)]
    verified = tally({**environment, "TALLY_URL": "http://127.0.0.1:9"}, "verify", *files, "--offline", "--json")
    assert verified.returncode == 0, verified.stderr
    report = json.loads(verified.stdout)
    assert (report["holds"], report["listed"], report["application"]) == (True, True, "DEMO-2026-000017")
    opening = Path(files[0])
    assert opening.stat().st_mode & 0o077 == 0
    opening.write_bytes(opening.read_bytes().replace(b"DEMO-2026-000017", b"DEMO-2026-000018"))
    refused = tally(environment, "verify", *files, "--offline")
    assert refused.returncode == 1
    assert "check.other-applicant" in refused.stdout


def test_a_portfolio_with_bad_lines_is_screened_and_resumed(
    blacklist: BlacklistService, environment: dict[str, str], tmp_path: Path
) -> None:
    blacklist.home.list_subject(FRAUDSTER)
    blacklist.publish()
    tally(environment, "blacklist", "policy", "--force")
    portfolio, result = tmp_path / "portfolio.csv", tmp_path / "result.csv"
    lines = [
        "kind,identifier",
        f"cn-id,{FRAUDSTER.value}",
        "cn-id,110105194912310021",
        f"passport,{UNLISTED.value}",
        "phone,138****5678",
    ]
    portfolio.write_text("\n".join(lines) + "\n", encoding="utf-8")
    first = tally(environment, "blacklist", "batch", str(portfolio), "-o", str(result), "--watch")
    assert first.returncode == 1, first.stderr
    assert "line 3" in first.stderr
    assert "identifier.check-digit" in first.stderr
    text = result.read_text(encoding="utf-8")
    assert FRAUDSTER.value not in text + first.stdout + first.stderr
    assert [line.split(",")[:2] for line in sorted(text.splitlines()[1:])] == [
        ["2", "listed"], ["3", "invalid"], ["4", "clear"], ["5", "invalid"],
    ]  # fmt: skip
    with result.open("a", encoding="utf-8") as file:
        file.write("6,cl")  # where an earlier run was broken off
    portfolio.write_text("\n".join([*lines, f"bank-card,{CARD}"]) + "\n", encoding="utf-8")
    again = tally(environment, "blacklist", "batch", str(portfolio), "-o", str(result), "--json")
    assert json.loads(again.stdout) | {"result": ""} == {"checked": 3, "before": 2, "listed": 1, "bad": 2, "result": ""}
    told = [line.split(",")[0] for line in result.read_text(encoding="utf-8").splitlines()]
    assert sorted(told) == ["2", "3", "4", "5", "6", "line"]  # a bad line that is still bad stands there once
    portfolio.write_text("\n".join([lines[0], *lines[2:]]) + "\n", encoding="utf-8")
    other = tally(environment, "blacklist", "batch", str(portfolio), "-o", str(result))
    assert (other.returncode, "csv.other-portfolio" in other.stderr) == (2, True), other.stderr
    blacklist.home.list_subject(UNLISTED)
    blacklist.publish()
    check = ("blacklist", "check", "--kind", "passport", "--application", "X")
    assert (
        tally(environment, *check, given="CHN:E12345679\n").returncode == 0
    )  # brings the copy up to date, before sync
    synced = tally(environment, "blacklist", "sync")
    assert "watched: line 4 is now listed" in synced.stdout, synced.stdout + synced.stderr
    assert "watched" not in tally(environment, "blacklist", "sync").stdout  # told once


def test_a_listing_needs_words_that_the_list_knows(environment: dict[str, str], tmp_path: Path) -> None:
    evidence = tmp_path / "evidence.txt"
    evidence.write_text("the file that the lister keeps")
    said = ("blacklist", "list", "--kind", "passport", "--reason", "forged-material", "--evidence", str(evidence))
    for words, expected in (
        (("--contact", "desk", "--standard", "sure"), "court-or-police"),
        (("--contact", "desk", "--severity", "grave"), "high"),
        (("--contact", " "), "listing.contact"),
    ):
        told = tally(environment, *said, *words, given="CHN:E12345671\n")
        assert (told.returncode, expected in told.stderr) == (2, True), told.stderr


def test_an_identifier_is_never_an_argument(environment: dict[str, str]) -> None:
    told = tally(environment, "blacklist", "check", "--kind", "cn-id", "--application", "X", FRAUDSTER.value)
    assert told.returncode == 2


def test_without_a_policy_nothing_is_believed(environment: dict[str, str], tmp_path: Path) -> None:
    missing = str(tmp_path / "none.json")
    told = tally(environment, "blacklist", "sync", "--policy", missing)
    assert told.returncode == 2
    assert "blacklist.no-policy" in told.stderr


def test_the_registry_shows_epochs_and_members(environment: dict[str, str], blacklist: BlacklistService) -> None:
    shown = tally(environment, "registry", "show", "--json")
    assert shown.returncode == 0, shown.stderr
    held = json.loads(shown.stdout)
    assert {plan["purpose"] for plan in held["epochs"]} == {"blacklist", "documents"}
    assert blacklist.home.partner.institution in [member["institution"] for member in held["members"]]
    assert tally(environment, "registry", "show").returncode == 0


def test_an_institution_is_admitted_once_and_an_epoch_opened_once(
    environment: dict[str, str], blacklist: BlacklistService, tmp_path: Path
) -> None:
    public, epoch = tmp_path / "pub.json", tmp_path / "epoch.json"
    made = tally(environment, "keys", "create", str(tmp_path / "key.json"), "--purpose", "blacklist-partner")
    assert made.returncode == 0, made.stderr
    assert tally(environment, "keys", "show", str(tmp_path / "key.json"), "--public", str(public)).returncode == 0
    malformed = tmp_path / "malformed.json"
    malformed.write_text('{"suite": "ed25519"}')
    refused = tally(environment, "registry", "admit", "newcomer-bank", "--key", str(malformed))
    assert (refused.returncode, "key.malformed" in refused.stderr) == (2, True), refused.stderr
    told = tally(environment, "registry", "admit", "newcomer-bank", "--key", str(public), "--quota", "50")
    assert told.returncode == 0, told.stderr
    assert tally(environment, "registry", "admit", "newcomer-bank", "--key", str(public)).returncode == 3
    assert "ended" in tally(environment, "registry", "remove", "newcomer-bank").stdout
    again = tally(environment, "registry", "remove", "newcomer-bank")
    assert (again.returncode, "member.unknown" in again.stderr) == (2, True), again.stderr
    epoch.write_bytes(blacklist.service.nobody().get(f"/v1/blacklist/epochs/{blacklist.epoch.id.hex()}").content)
    again = tally(environment, "registry", "open", str(epoch))
    assert (again.returncode, "epoch.exists" in again.stderr) == (3, True), again.stderr


def test_a_listing_is_confirmed_and_disputed_by_command(
    environment: dict[str, str], blacklist: BlacklistService, tmp_path: Path
) -> None:
    tally(environment, "blacklist", "policy", "--force")
    subject = parse_identifier("passport", "CHN:E44444444", TODAY)
    listing = blacklist.neighbour.list_subject(subject).signed.record.id
    blacklist.publish()
    file = tmp_path / "file.pdf"
    file.write_bytes(b"what we keep")
    about = ("--kind", "passport", "--evidence", str(file))
    confirmed = tally(environment, "blacklist", "confirm", *about, "--json", given=f"{subject.value}\n")
    assert confirmed.returncode == 0, confirmed.stderr
    assert json.loads(confirmed.stdout) == {"listing": listing, "step": "confirm", "word": "documented"}
    disputed = tally(environment, "blacklist", "dispute", *about, "--identity", str(file), given=f"{subject.value}\n")
    assert "suspended in 30 days" in disputed.stdout, disputed.stderr
    refused = tally(environment, "blacklist", "resolve", listing, "upheld", "--evidence", str(file))
    assert "listing.party-judges" in refused.stderr
    shown = tally(environment, "registry", "listing", listing)
    assert "by-subject" in shown.stdout, shown.stderr
    out = tmp_path / "person"
    held = tally(
        environment,
        "blacklist",
        "held",
        "--kind",
        "passport",
        "--identity",
        str(file),
        "-o",
        str(out),
        given=f"{subject.value}\n",
    )
    assert "disputed: " in held.stdout, held.stderr
    policy = blacklist.service.settings.data / "blacklist" / "policy.json"
    answer = Path(f"{out}.subject.json")
    verified = tally(
        {**environment, "TALLY_URL": "http://127.0.0.1:9"}, "verify", str(answer), "--trust", str(policy), "--json"
    )
    assert (verified.returncode, json.loads(verified.stdout)["holds"]) == (0, True), verified.stderr
    answer.write_bytes(answer.read_bytes().replace(b'"shown":"proposed"', b'"shown":"confirmed"'))
    assert tally(environment, "verify", str(answer), "--trust", str(policy)).returncode == 1
