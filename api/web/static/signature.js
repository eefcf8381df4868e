// @ts-check
/**
 * Whether a signature covers a statement: the verdict of the Python verifier and of the contract SignatureVerifier, in the browser.
 *
 * Promises: `checkSignature` returns only where the signature holds, and refuses otherwise with the same code as the others
 * (tests/support/pen_cases.py is the table that all are held to). Keys, signatures and client data have one accepted form.
 * Leaves to others: whose a key is, whether it was revoked, whether the statement had expired; Ed25519 and secp256k1 keys of
 * organisations, which it calls "not checked". Source: docs/formats/passkey-signature.md; EIP-712.
 */

import { fromHex, hex, sha256, toBase64Url } from "./bytes.js";
import { readClientData } from "./client_data.js";
import { keccak_256 } from "./vendor/noble-hashes/sha3.js";
import { Point, recoverPublicKey } from "./vendor/noble-secp256k1/index.js";

const PREFIX = "tally/statement/v1\n";
const KEY_TAG = "tally/key/v1";
const CURVE = { name: "ECDSA", namedCurve: "P-256" };
const ECDSA = { name: "ECDSA", hash: "SHA-256" };
const P256_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const SECP256K1_ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const WALLET_V = 27;
const DOMAIN_TYPE = "EIP712Domain(string name,string version,uint256 chainId)";
const STATEMENT_TYPE =
  "Statement(string agreement,string signer,string role,bytes32 document,bytes32 terms,string expiresAt,bytes32 statement)";
const FLAGS = { present: 0x01, verified: 0x04, backupEligible: 0x08, backedUp: 0x10, attested: 0x40, extended: 0x80 };

/** The signature does not hold; `code` says why. */
export class Refused extends Error {
  /** @param {string} code */
  constructor(code) {
    super(code);
    this.code = code;
  }
}

/** This script does not check keys of this suite. */
export class NotChecked extends Error {}

/** @typedef {Uint8Array<ArrayBuffer>} Bytes */
/** @typedef {{suite: string, raw: string}} Key */
/** @typedef {{suite: string, key_id: string, value: string}} Signature */

/**
 * @param {Bytes} statement the exact bytes that were signed
 * @param {Key} key
 * @param {Signature} signature
 * @param {string} origin of the page on which a passkey may have been used
 */
export async function checkSignature(statement, key, signature, origin) {
  const facts = factsOf(statement);
  const id = await keyId(key);
  if (facts.key_id !== id || signature.key_id !== id || signature.suite !== key.suite) throw new Refused("signature.wrong-key");
  const raw = fromHex(key.raw);
  const value = fromHex(signature.value);
  if (key.suite === "webauthn") await checkPasskey(raw, await sha256(statement), value, origin);
  else if (key.suite === "p256") await checkP256(raw, statement, value);
  else if (key.suite === "eip712") checkWallet(raw, await walletDigest(statement, facts), value);
  else throw new NotChecked(key.suite);
}

/**
 * Return the id of a key: its suite, and half of the tagged hash of suite and bytes.
 * @param {Key} key
 */
export async function keyId(key) {
  const encoder = new TextEncoder();
  const parts = [encoder.encode(KEY_TAG), encoder.encode(key.suite), fromHex(key.raw)];
  return `${key.suite}:${hex(await sha256(joined(parts.flatMap((part) => [lengthOf(part), part])))).slice(0, 32)}`;
}

/**
 * @param {Bytes} raw the relying party's hash, then x and y
 * @param {Bytes} digest
 * @param {Bytes} value authenticator data and client data, each after its length, then r and s
 * @param {string} origin
 */
async function checkPasskey(raw, digest, value, origin) {
  const [data, rest] = take(value);
  const [client, signature] = take(rest);
  if (data.length < 37 || data.length > 512 || client.length < 2 || client.length > 1024) throw new Refused("signature.malformed");
  const told = readClientData(client);
  if (told === undefined) throw new Refused("passkey.malformed");
  if (told.type !== "webauthn.get") throw new Refused("passkey.wrong-type");
  if (!told.isSameOrigin) throw new Refused("passkey.cross-origin");
  if (told.origin === undefined || told.challenge === undefined) throw new Refused("passkey.malformed");
  if (told.challenge !== toBase64Url(digest)) throw new Refused("passkey.wrong-challenge");
  checkAuthenticatorData(data, raw.subarray(0, 32));
  await checkP256(raw.slice(32), joined([data, await sha256(client)]), signature);
  if (told.origin !== origin) throw new Refused("passkey.wrong-origin");
}

/**
 * @param {Bytes} data
 * @param {Bytes} party
 */
function checkAuthenticatorData(data, party) {
  const flags = data[32] ?? 0;
  if (hex(data.subarray(0, 32)) !== hex(party)) throw new Refused("passkey.wrong-rp");
  if (!(flags & FLAGS.present)) throw new Refused("passkey.not-present");
  if (!(flags & FLAGS.verified)) throw new Refused("passkey.not-verified");
  const backup = (flags & FLAGS.backupEligible) !== 0 || (flags & FLAGS.backedUp) === 0;
  const extended = ((flags & FLAGS.extended) !== 0) === data.length > 37;
  if (!backup || (flags & FLAGS.attested) !== 0 || !extended) throw new Refused("passkey.malformed");
}

/**
 * @param {Bytes} point x and y
 * @param {Bytes} message
 * @param {Bytes} signature r and s, the lower s
 */
async function checkP256(point, message, signature) {
  if (signature.length !== 64) throw new Refused("signature.malformed");
  checkLow(signature, P256_ORDER);
  const key = await crypto.subtle.importKey("raw", joined([Uint8Array.of(4), point]), CURVE, false, ["verify"]);
  if (!(await crypto.subtle.verify(ECDSA, key, signature, message))) throw new Refused("signature.invalid");
}

/**
 * @param {Bytes} address
 * @param {Bytes} digest
 * @param {Bytes} signature r, s and v
 */
function checkWallet(address, digest, signature) {
  if (signature.length !== 65) throw new Refused("signature.malformed");
  checkLow(signature, SECP256K1_ORDER);
  const v = (signature[64] ?? 0) - WALLET_V;
  if (v !== 0 && v !== 1) throw new Refused("signature.malformed");
  if (hex(address) !== recovered(digest, joined([Uint8Array.of(v), signature.subarray(0, 64)]))) {
    throw new Refused("signature.invalid");
  }
}

/**
 * Return the address whose key signed, in hexadecimal; nothing where no key can have.
 * @param {Bytes} digest
 * @param {Bytes} signature recovery bit, r, s
 */
function recovered(digest, signature) {
  try {
    const point = Point.fromBytes(recoverPublicKey(signature, digest, { prehash: false }));
    return hex(keccak_256(point.toBytes(false).subarray(1)).subarray(12));
  } catch {
    return "";
  }
}

/**
 * The 32 bytes that a wallet signs for a statement (EIP-712).
 * @param {Bytes} statement
 * @param {Record<string, unknown>} facts
 */
async function walletDigest(statement, facts) {
  const domain = keccak(text(DOMAIN_TYPE), text("Tallystick"), text("1"), word(BigInt(Number(facts.chain_id))));
  const content = keccak(
    text(STATEMENT_TYPE),
    text(String(facts.agreement)),
    text(String(facts.signer)),
    text(String(facts.role)),
    fromHex(String(facts.document_sha256)),
    fromHex(String(facts.terms_sha256)),
    text(String(facts.expires_at)),
    await sha256(statement),
  );
  return keccak(Uint8Array.of(0x19, 0x01), domain, content);
}

/** @param {Bytes[]} parts */
function keccak(...parts) {
  return new Uint8Array(keccak_256(joined(parts)));
}

/** @param {string} value */
function text(value) {
  return keccak(new TextEncoder().encode(value));
}

/** @param {Bytes} statement @returns {Record<string, unknown>} */
function factsOf(statement) {
  const decoded = new TextDecoder("utf-8", { fatal: true }).decode(statement);
  if (!decoded.startsWith(PREFIX)) throw new Refused("statement.unknown-version");
  return JSON.parse(decoded.slice(PREFIX.length));
}

/**
 * @param {Bytes} signature
 * @param {bigint} order
 */
function checkLow(signature, order) {
  const r = integer(signature.subarray(0, 32));
  const s = integer(signature.subarray(32, 64));
  if (r === 0n || s === 0n || r >= order || s >= order) throw new Refused("signature.malformed");
  if (s > order / 2n) throw new Refused("signature.not-low-s");
}

/** Return the first part of a value, which stands after its length in two bytes, and the rest. @param {Bytes} value */
function take(value) {
  const end = 2 + (value[0] ?? 0) * 256 + (value[1] ?? 0);
  if (value.length < end) throw new Refused("signature.malformed");
  return /** @type {[Bytes, Bytes]} */ ([value.slice(2, end), value.slice(end)]);
}

/** @param {Uint8Array[]} parts */
function joined(parts) {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let place = 0;
  for (const part of parts) {
    whole.set(part, place);
    place += part.length;
  }
  return whole;
}

/** @param {Uint8Array} part */
function lengthOf(part) {
  return word(BigInt(part.length)).slice(24);
}

/** @param {Uint8Array} bytes big endian */
function integer(bytes) {
  return BigInt(`0x${hex(bytes)}`);
}

/** @param {bigint} value */
function word(value) {
  return fromHex(value.toString(16).padStart(64, "0"));
}
