// @ts-check
/**
 * A check of one subject, all of it in the browser: what leaves is a blinded element, two salted commitments and twelve bits of a token.
 *
 * Promises: as ledger/partner/checking.py and ledger/core/blacklist/judging.py: the epoch is signed by all its evaluators, t different
 * evaluators proved their part of this very request, the list is the version that was signed, and the proof leads to its root.
 * Leaves to others: showing it (blacklist_check.js), time (stretch_worker.js), believing the registry's keys (compare the policy).
 */

import { proveIn } from "./bucket.js";
import { fromBase64, fromHex, hex, sha256 } from "./bytes.js";
import { BadPart, blind, checkPart, combine, shareKey } from "./evaluation.js";
import { canonical, checkSigned, joined, recordHash, taggedHash, utf8 } from "./records.js";
import { post, Refused, Unreachable } from "./service.js";
import { checkTokenProof } from "./token_tree.js";

/** @import { Signed } from "./records.js" */
/** @typedef {{ epoch: any, id: string, version: Signed }} List */
/** @typedef {{ kind: string, value: string, bytes: Uint8Array, application: string, consent: Uint8Array }} Subject */
/** @typedef {{ stretched: Uint8Array, blind: Uint8Array, blinded: Uint8Array, salt: Uint8Array }} Question */

const PREFIX_BITS = 12;
const PURPOSE = "blacklist";
const REGISTRY = "/v1/blacklist";

/**
 * Return each open epoch with the newest version of its list, their signatures checked, the newest epoch first. While one goes over into
 * the next two are open, and a subject may be listed under either.
 * @returns {Promise<List[]>}
 */
export async function openLists() {
  const policy = await get(`${REGISTRY}/policy`);
  const now = new Date().toISOString();
  const open = policy.epochs
    .filter((/** @type {any} */ one) => one.epoch.purpose === PURPOSE && one.epoch.opens_at <= now && now < one.epoch.closes_at)
    .sort((/** @type {any} */ left, /** @type {any} */ right) => right.epoch.number - left.epoch.number);
  if (open.length === 0) throw new Error("epoch.none-open");
  return Promise.all(open.map((/** @type {any} */ one) => newestOf(one, policy.registries)));
}

/**
 * @param {{ epoch: any, signatures: any[] }} signed
 * @param {any[]} registries
 * @returns {Promise<List>}
 */
async function newestOf({ epoch, signatures }, registries) {
  if (signatures.length !== epoch.evaluators.length) throw new Error("epoch.not-all-signed");
  epoch.evaluators.forEach((/** @type {any} */ evaluator, /** @type {number} */ place) => {
    checkSigned("blacklist-epoch", { record: epoch, signature: signatures[place] }, evaluator.key);
  });
  const id = await recordHash("blacklist-epoch", epoch);
  const version = (await get(`${REGISTRY}/epochs/${id}/versions`)).items[0];
  if (!version) throw new Error("version.none");
  checkVersion(version, id, registries);
  return { epoch, id, version };
}

/**
 * @param {Signed} version
 * @param {string} epoch
 * @param {any[]} registries
 */
function checkVersion(version, epoch, registries) {
  for (const key of registries) {
    try {
      checkSigned("blacklist-version", version, key);
    } catch {
      continue;
    }
    if (version.record.epoch !== epoch) throw new Error("version.malformed");
    return;
  }
  throw new Error("check.unknown-registry");
}

/**
 * Blind a stretched subject.
 * @param {Uint8Array} stretched
 * @returns {Question}
 */
export function question(stretched) {
  return { stretched, ...blind(stretched), salt: crypto.getRandomValues(new Uint8Array(32)) };
}

/**
 * Ask t evaluators and return the receipt and the token's parts; `signing` is where this institution's key signs the request.
 * @param {List} list
 * @param {Subject} subject
 * @param {Question} asked
 * @param {string} signing
 */
export async function askEvaluators(list, subject, asked, signing) {
  const application = utf8(subject.application);
  const item = {
    applicant: hex(await taggedHash("applicant", application, subject.bytes, asked.salt)),
    blinded: hex(asked.blinded),
    consent: hex(await taggedHash("check-consent", application, subject.consent, asked.salt)),
  };
  const { number: version, root } = list.version.record;
  const wanted = { epoch: list.id, version, root, reason: "loan-application", items: [item] };
  const request = /** @type {Signed} */ (await post(signing, wanted));
  for (const [name, value] of Object.entries(wanted)) {
    if (canonical(request.record[name]) !== canonical(value)) throw new Error("check.other-request");
  }
  const answers = await answersOf(list, request, asked);
  const parts = answers.map((answer) => part(answer.record));
  const output = combine(parts, list.epoch.threshold, asked.stretched, asked.blind);
  return { request, answers, output };
}

/**
 * @param {List} list
 * @param {Signed} request
 * @param {Question} asked
 */
async function answersOf(list, request, asked) {
  const { epoch } = list;
  const hash = await recordHash("check-request", request.record);
  /** @type {Signed[]} */
  const answers = [];
  /** @type {string[]} */
  const troubles = [];
  for (const evaluator of shuffled(epoch.evaluators)) {
    if (answers.length === epoch.threshold) break;
    try {
      const answer = await post(`${REGISTRY}/evaluators/${evaluator.index}/answers`, request, canonical);
      checkAnswer(list, answer, { evaluator, hash, asked });
      answers.push(answer);
    } catch (error) {
      if (!(error instanceof Refused || error instanceof Unreachable || error instanceof BadPart)) throw error;
      troubles.push(`${evaluator.index}: ${error.message}`);
    }
  }
  if (answers.length < epoch.threshold) throw new Refused(troubles.join("; "));
  return answers.sort((left, right) => left.record.evaluator - right.record.evaluator);
}

/**
 * Throw unless this evaluator proved its part of this very request, against the newest or the last but one version.
 * @param {List} list
 * @param {Signed} answer
 * @param {{ evaluator: any, hash: string, asked: Question }} expected
 */
function checkAnswer(list, answer, { evaluator, hash, asked }) {
  const { record } = answer;
  const version = list.version.record.number;
  checkSigned("check-answer", answer, evaluator.key);
  const isOurs =
    record.request === hash &&
    record.evaluator === evaluator.index &&
    record.epoch === list.id &&
    record.threshold === list.epoch.threshold &&
    record.elements.length === 1 &&
    (version === record.newest || version === record.newest - 1);
  if (!isOurs) throw new BadPart(evaluator.index);
  const commitments = list.epoch.commitments.map(fromHex);
  checkPart(part(record), asked.stretched, asked, shareKey(evaluator.index, commitments));
}

/** @param {any} record */
function part(record) {
  return { index: record.evaluator, element: fromHex(record.elements[0]), proof: fromHex(record.proof) };
}

/**
 * Look a subject up: fetch the bucket of its token, prove, and open what is said of it.
 * @param {List} list
 * @param {Uint8Array} output
 */
export async function lookUp(list, output) {
  const token = hex(await taggedHash("token", utf8(PURPOSE), output));
  const { number, root } = list.version.record;
  const prefix = Array.from(fromHex(token).slice(0, 2), (byte) => byte.toString(2).padStart(8, "0")).join("").slice(0, PREFIX_BITS);
  const bucket = await get(`${REGISTRY}/epochs/${list.id}/buckets/${prefix}?version=${number}`);
  const proof = await proveIn(token, bucket);
  const value = await checkTokenProof(root, token, proof);
  const said = value === null ? [] : bucket.listings.filter((/** @type {any} */ one) => one.token === token);
  const key = await taggedHash("details-key", utf8(PURPOSE), output);
  const listings = await Promise.all(said.map((/** @type {any} */ one) => opened(one, token, key)));
  const isWhole = value === null || value === (await leafValue(said));
  return { listed: value !== null, proof, prefix, listings, isWhole };
}

/**
 * What the list's root commits to where these listings are shown of a token.
 * @param {{ id: string, state: string, sealed: string }[]} shown
 */
async function leafValue(shown) {
  const ordered = [...shown].sort((left, right) => (left.id < right.id ? -1 : 1));
  const parts = ordered.map(async ({ state, sealed }) => joined(await sha256(fromBase64(sealed)), utf8(state)));
  return hex(await taggedHash("token-leaf", ...(await Promise.all(parts))));
}

/**
 * Return a listing with its details; null where they do not open.
 * @param {any} listing
 * @param {string} token
 * @param {Uint8Array<ArrayBuffer>} secret
 */
async function opened(listing, token, secret) {
  const sealed = fromBase64(listing.sealed);
  const bound = await taggedHash("details", fromHex(token), utf8(listing.id));
  try {
    const key = await crypto.subtle.importKey("raw", secret, "AES-GCM", false, ["decrypt"]);
    const way = { name: "AES-GCM", iv: sealed.slice(0, 12), additionalData: bound };
    const plain = new Uint8Array(await crypto.subtle.decrypt(way, key, sealed.slice(12)));
    const text = new TextDecoder("utf-8", { fatal: true }).decode(plain.slice(0, plain.lastIndexOf(0x80)));
    return { listing, details: JSON.parse(text) };
  } catch {
    return { listing, details: null };
  }
}

/**
 * Return receipt and opening as the files that `tally verify` takes.
 * @param {List} list
 * @param {Subject} subject
 * @param {Question} asked
 * @param {{ request: Signed, answers: Signed[], proof: unknown }} found
 */
export async function files(list, subject, asked, found) {
  const { request, answers, proof } = found;
  const receipt = canonical({ tag: "tally/check-receipt/v1", request, answers, version: list.version });
  const opening = canonical({
    tag: "tally/check-opening/v1",
    receipt: hex(await sha256(utf8(receipt))),
    item: 0,
    kind: subject.kind,
    identifier: subject.value,
    blind: hex(asked.blind),
    application: subject.application,
    consent: hex(subject.consent),
    salt: hex(asked.salt),
    proof,
  });
  return { receipt, opening };
}

/**
 * @template T
 * @param {T[]} all
 * @returns {T[]}
 */
function shuffled(all) {
  const first = (crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) % all.length;
  return [...all.slice(first), ...all.slice(0, first)];
}

/**
 * @param {string} address
 * @returns {Promise<any>}
 */
async function get(address) {
  /** @type {Response} */
  let answer;
  try {
    answer = await fetch(address, { headers: { Accept: "application/json" } });
  } catch (error) {
    throw new Unreachable(String(error));
  }
  const told = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refused(told.detail ?? String(answer.status));
  return told;
}
