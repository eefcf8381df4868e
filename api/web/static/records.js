// @ts-check
/** Records of the blacklist: canonical JSON (RFC 8785 of what these records hold: no fractions), tagged hashes, Ed25519 signatures. */

import { fromHex, hex, sha256 } from "./bytes.js";
import { ed25519 } from "./vendor/noble-curves/ed25519.js";

/** @typedef {{ record: Record<string, any>, signature: { suite: string, key_id: string, value: string } }} Signed */
/** @typedef {{ suite: string, raw: string }} Key */

const text = new TextEncoder();

/**
 * @param {any} value
 * @returns {string}
 */
export function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const members = Object.keys(value).sort().map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`);
  return `{${members.join(",")}}`;
}

/** @param {Uint8Array[]} parts */
export function joined(...parts) {
  const whole = new Uint8Array(parts.reduce((total, part) => total + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** @param {string} words */
export function utf8(words) {
  return text.encode(words);
}

/**
 * SHA-256 over a tag and parts, each behind its length in eight bytes.
 * @param {string} kind
 * @param {Uint8Array[]} parts
 */
export function taggedHash(kind, ...parts) {
  const framed = [utf8(`tally/${kind}/v1`), ...parts].map((part) => {
    const length = new Uint8Array(8);
    new DataView(length.buffer).setUint32(4, part.length);
    return joined(length, part);
  });
  return sha256(joined(...framed));
}

/**
 * The hash that names a record.
 * @param {string} kind
 * @param {unknown} record
 */
export async function recordHash(kind, record) {
  return hex(await taggedHash(kind, utf8(canonical(record))));
}

/**
 * Throw unless this key signed the record.
 * @param {string} kind
 * @param {Signed} signed
 * @param {Key} key
 */
export function checkSigned(kind, signed, key) {
  const message = joined(utf8(`tally/${kind}/v1\n`), utf8(canonical(signed.record)));
  const holds =
    key.suite === "ed25519" &&
    signed.signature.suite === "ed25519" &&
    ed25519.verify(fromHex(signed.signature.value), message, fromHex(key.raw), { zip215: false });
  if (!holds) throw new Error(`blacklist.signature ${kind}`);
}
