"""The blacklist's page scripts, run outside of a browser, answer as Python does: spelling, stretch, shares of a key, buckets, records."""

import base64
import json
import subprocess
from datetime import date
from hashlib import sha256
from typing import Any

import pytest

from ledger.core.blacklist.countries import ALPHA_3, OTHER_CODES
from ledger.core.blacklist.identifiers import parse_identifier
from ledger.core.blacklist.signed import payload
from ledger.core.blacklist.sorted_leaves import SortedLeaves
from ledger.core.blacklist.tree import Token
from ledger.errors import LedgerError
from signing.oprf.group import times
from signing.oprf.hashing import hash_to_element
from signing.oprf.protocol import evaluate
from signing.oprf.sharing import commit, share_key
from signing.oprf.stretch import Stretch
from signing.oprf.threshold import MODE
from support.browser import REPOSITORY
from support.consortium import consortium
from support.oprf import scalar_named, shared_key
from support.scripts import node

STATIC = REPOSITORY / "api" / "web" / "static"
TODAY = "2026-11-26"
SCRIPT = """
import { parseIdentifier, subjectBytes } from "STATIC/identifiers.js";
import { ISSUING_STATES } from "STATIC/countries.js";
import { checkPart, combine, shareKey } from "STATIC/evaluation.js";
import { proveIn } from "STATIC/bucket.js";
import { checkTokenProof } from "STATIC/token_tree.js";
import { canonical, checkSigned, recordHash, taggedHash } from "STATIC/records.js";
import { fromHex, hex } from "STATIC/bytes.js";
import { argon2id } from "STATIC/vendor/noble-hashes/argon2.js";
const told = async (work) => { try { return await work(); } catch (error) { return error.code ?? error.message; } };
const given = JSON.parse(await new Promise((done) => { let text = ""; process.stdin.on("data", (part) => (text += part)).on("end", () => done(text)); }));
const part = (one) => ({ index: one.index, element: fromHex(one.element), proof: fromHex(one.proof) });
const works = {
  identifiers: (cases) => Promise.all(cases.map(([kind, text]) => told(() => parseIdentifier(kind, text, given.today)))),
  subject: ([kind, value]) => hex(subjectBytes(kind, value)),
  states: () => [...ISSUING_STATES],
  stretch: (one) => hex(argon2id(fromHex(one.message), fromHex(one.salt), { t: one.passes, m: one.memory, p: 1, dkLen: 32 })),
  shares: (one) => one.places.map((place) => hex(shareKey(place, one.commitments.map(fromHex)))),
  outputs: (one) => Promise.all(one.sets.map((set) => told(() => {
    const asked = { blind: fromHex(one.blind), blinded: fromHex(one.blinded) };
    for (const each of set) checkPart(part(each), fromHex(one.message), asked, fromHex(one.keys[each.index]));
    return hex(combine(set.map(part), one.threshold, fromHex(one.message), asked.blind));
  }))),
  buckets: (cases) => Promise.all(cases.map((one) => told(async () => checkTokenProof(one.root, one.token, await proveIn(one.token, one.bucket))))),
  records: async (one) => [canonical(one.signed.record), await recordHash(one.kind, one.signed.record), await told(() => { checkSigned(one.kind, one.signed, one.key); return "holds"; }), await told(() => { checkSigned(one.kind, { ...one.signed, record: { ...one.signed.record, count: 7 } }, one.key); return "holds"; })],
  tags: async (parts) => hex(await taggedHash("details", ...parts.map(fromHex))),
};
const answers = {};
for (const [name, value] of Object.entries(given.works)) answers[name] = await works[name](value);
console.log(JSON.stringify(answers));
"""
IDENTIFIERS = [
    ("cn-id", "11010519491231002X"), ("cn-id", "11010519491231002x"), ("cn-id", "１１０１０５ 19491231-002Ｘ"),
    ("cn-id", "110105491231002"), ("cn-id", "110105194912310021"), ("cn-id", "990105194912310021"),
    ("cn-id", "11010519490231002X"), ("cn-id", "110105********002X"), ("cn-id", "11010520490101002X"), ("cn-id", ""),
    ("cn-id", "1101051949123100X2"), ("cn-id", "1101051949123100"), ("cn-id", "11010A19491231002X"), ("cn-id", "1" * 201),
    ("phone", "13812345678"), ("phone", "+86 138-1234-5678"), ("phone", "0086 138 1234 5678"), ("phone", "86138 12345678"),
    ("phone", "12345"), ("phone", "+86 12345678901"), ("phone", "+44 20 7946 0958"), ("phone", "+861065529988"), ("phone", "+0123456789"),
    ("cn-uscc", "91350100M000100Y43"), ("cn-uscc", "91350100m000100y43"), ("cn-uscc", "91350100M000100Y44"),
    ("cn-uscc", "91350100M000100I43"), ("cn-uscc", "91990100M000100Y43"), ("cn-uscc", "9135010AM000100Y43"), ("cn-uscc", "9135"),
    ("passport", "CHN:E12345678"), ("passport", "chn e12345678"), ("passport", "CHN:E1234567"), ("passport", "D:C01X00T47"),
    ("passport", "USA:123456789"), ("passport", "ZZZ:123456789"), ("passport", "E12345678"), ("passport", "RUS:№12345"), ("passport", "ßchn:E12345678"),
    ("bank-card", "6222 0212 3456 7890 128"), ("bank-card", "4111-1111-1111-1111"), ("bank-card", "4111111111111112"),
    ("bank-card", "00000000000000"), ("bank-card", "41111"), ("bank-card", "4111x111111111111"),
    ("cn-id", "\u200b11010519491231002X\ufeff"), ("phone", "１３８１２３４５６７８"), ("nonsense", "1"),
]  # fmt: skip
KEY = shared_key(2, 3)
BLIND, MESSAGE = scalar_named("blind"), b"stretched subject"
BLINDED = times(BLIND, hash_to_element(MODE, MESSAGE))
STRETCH = Stretch(memory_kib=64, passes=2, salt=bytes(range(16)))
MADE = consortium()
TOKENS = sorted(sha256(bytes([place])).digest() for place in range(150))
TREE = SortedLeaves(b"".join(token + sha256(token).digest() for token in TOKENS))


def part(index: int, *, bad: bool = False) -> dict[str, Any]:
    made = KEY.part(index, [BLINDED])
    element = KEY.part(index % 3 + 1, [BLINDED]).elements[0] if bad else made.elements[0]
    return {"index": index, "element": element.hex(), "proof": made.proof.to_bytes().hex()}


def bucket(token: bytes, bits: int) -> dict[str, Any]:
    """What the registry answers for the first bits of a token, made of the whole tree."""
    prefix = int.from_bytes(token, "big") >> (256 - bits)
    inside = [one for one in TOKENS if int.from_bytes(one, "big") >> (256 - bits) == prefix]
    siblings = [one.hex() for one in TREE.prove(Token(token)).siblings[:bits]]
    leaves = [{"token": one.hex(), "value": sha256(one).hexdigest()} for one in inside]
    return {"root": TREE.root().hex(), "token": token.hex(), "bucket": {"siblings": siblings, "leaves": leaves}}


def works() -> dict[str, Any]:
    sets = [[1, 2], [1, 3], [3, 2], [1, 2, 3], [1], [2, 2]]
    return {
        "identifiers": IDENTIFIERS,
        "subject": ["cn-id", "11010519491231002X"],
        "states": None,
        "stretch": {"message": MESSAGE.hex(), "salt": STRETCH.salt.hex(), "passes": STRETCH.passes, "memory": STRETCH.memory_kib},
        "shares": {"places": [1, 2, 3, 32], "commitments": [one.hex() for one in commit([scalar_named(f"c{place}") for place in range(3)])]},
        "outputs": {
            "message": MESSAGE.hex(), "blind": BLIND.hex(), "blinded": BLINDED.hex(), "threshold": 2,
            "keys": {str(index): key.hex() for index, key in KEY.share_keys.items()},
            "sets": [[part(index) for index in places] for places in sets] + [[part(1), part(2, bad=True)]],
        },
        "buckets": [bucket(token, 4) for token in (TOKENS[3], sha256(b"absent").digest())] + [{**bucket(TOKENS[3], 4), "token": TOKENS[140].hex()}],
        "records": {"kind": "blacklist-version", "signed": MADE.version.to_json(), "key": MADE.policy.registries[0].to_json()},
        "tags": ["00ff", base64.b16encode(b"text").decode().lower()],
    }  # fmt: skip


@pytest.fixture(scope="module")
def answers() -> dict[str, Any]:
    given = json.dumps({"today": TODAY, "works": works()})
    command = [node(), "--input-type=module", "-e", SCRIPT.replace("STATIC", STATIC.as_uri())]
    done = subprocess.run(command, input=given, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def python_spelling(kind: str, text: str) -> str:
    try:
        return parse_identifier(kind, text, date.fromisoformat(TODAY)).value
    except LedgerError as error:
        return error.code


def test_identifiers_have_one_spelling_in_both(answers: dict[str, Any]) -> None:
    assert answers["identifiers"] == [python_spelling(kind, text) for kind, text in IDENTIFIERS]
    assert len({answer for answer in answers["identifiers"] if answer.startswith("identifier.")}) >= 9
    subject = parse_identifier("cn-id", "11010519491231002X", date.fromisoformat(TODAY)).to_bytes()
    assert answers["subject"] == subject.hex()


def test_issuing_states_are_the_same(answers: dict[str, Any]) -> None:
    assert dict(answers["states"]) == {**{code: code for code in ALPHA_3}, **OTHER_CODES}


def test_stretch_and_share_keys_are_the_same(answers: dict[str, Any]) -> None:
    assert answers["stretch"] == STRETCH(MESSAGE).hex()
    commitments = commit([scalar_named(f"c{place}") for place in range(3)])
    assert answers["shares"] == [share_key(place, commitments).hex() for place in (1, 2, 3, 32)]


def test_every_set_of_evaluators_gives_the_keys_output_and_too_few_or_a_liar_none(answers: dict[str, Any]) -> None:
    expected = evaluate(MODE, KEY.secret, MESSAGE).hex()
    assert answers["outputs"] == [expected] * 4 + ["evaluation.too-few"] * 2 + ["evaluation.bad-part 2"]


def test_buckets_prove_listed_and_absent_and_nothing_for_another_token(answers: dict[str, Any]) -> None:
    assert answers["buckets"] == [sha256(TOKENS[3]).hexdigest(), None, "tree-proof.invalid"]


def test_records_are_written_named_and_verified_alike(answers: dict[str, Any]) -> None:
    record = MADE.version.record
    text, _, holds, altered = answers["records"]
    assert text.encode() == payload(record)
    assert (holds, altered) == ("holds", "blacklist.signature blacklist-version")
