// @ts-check
/**
 * A key for one signature: made here, not extractable, gone with the page. The service sees only a certificate request.
 *
 * Promises: the request (PKCS #10, RFC 2986) holds the public key and no name: the authority names whom it certifies.
 */

import { toBase64Url } from "./bytes.js";

const CURVE = { name: "ECDSA", namedCurve: "P-256" };
const ECDSA = { name: "ECDSA", hash: "SHA-256" };
const ECDSA_WITH_SHA256 = [0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02];
const SEQUENCE = 0x30;
const INTEGER = 0x02;
const BIT_STRING = 0x03;

/** @returns {Promise<CryptoKeyPair>} */
export function makeKey() {
  return crypto.subtle.generateKey(CURVE, false, ["sign", "verify"]);
}

/**
 * Return the certificate request in base64url.
 * @param {CryptoKeyPair} key
 */
export async function certificateRequest(key) {
  const publicKey = new Uint8Array(await crypto.subtle.exportKey("spki", key.publicKey));
  const info = der(SEQUENCE, [INTEGER, 1, 0, SEQUENCE, 0, ...publicKey, 0xa0, 0]);
  const signature = await signBytes(key, new Uint8Array(info));
  const value = der(SEQUENCE, [...integer(signature.subarray(0, 32)), ...integer(signature.subarray(32))]);
  return toBase64Url(new Uint8Array(der(SEQUENCE, [...info, ...ECDSA_WITH_SHA256, ...der(BIT_STRING, [0, ...value])])));
}

/**
 * Return r and s in 64 bytes.
 * @param {CryptoKeyPair} key
 * @param {Uint8Array<ArrayBuffer>} bytes
 */
export async function signBytes(key, bytes) {
  return new Uint8Array(await crypto.subtle.sign(ECDSA, key.privateKey, bytes));
}

/**
 * @param {number} tag
 * @param {number[]} content
 * @returns {number[]}
 */
function der(tag, content) {
  const length = content.length;
  if (length < 0x80) return [tag, length, ...content];
  if (length < 0x100) return [tag, 0x81, length, ...content];
  return [tag, 0x82, length >> 8, length & 0xff, ...content];
}

/** @param {Uint8Array} value big endian */
function integer(value) {
  const start = value.findIndex((byte) => byte !== 0);
  const bytes = Array.from(value.subarray(start < 0 ? value.length - 1 : start));
  return der(INTEGER, (bytes[0] ?? 0) >= 0x80 ? [0, ...bytes] : bytes);
}
