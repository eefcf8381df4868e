// @ts-check
/**
 * Proofs in the blacklist's token tree (docs/formats/token-tree.md): is a token listed under a root, or is it not?
 * Agrees with ledger/core/blacklist/tree.py; a test holds the two against each other.
 */

import { fromHex, hex, sha256 } from "./bytes.js";

const TOKEN_BYTES = 32;
const DEPTH = 256;
const HASH = /^[0-9a-f]{64}$/;

/**
 * @typedef {{ token: string, value: string }} Leaf
 * @typedef {{ siblings: string[], end: Leaf | null }} Proof
 */

/**
 * Return the value of a listed token, null for one that is not listed; throw where the proof is not of this token and root.
 * @param {string} root
 * @param {string} token
 * @param {Proof} proof
 * @returns {Promise<string | null>}
 */
export async function checkTokenProof(root, token, proof) {
  const texts = [root, token, ...proof.siblings, ...(proof.end ? [proof.end.token, proof.end.value] : [])];
  if (proof.siblings.length > DEPTH || !texts.every((text) => HASH.test(text))) {
    throw new Error("tree-proof.malformed");
  }
  const path = fromHex(token);
  if (proof.end && !sharePath(fromHex(proof.end.token), path, proof.siblings.length)) {
    throw new Error("tree-proof.invalid");
  }
  let found = proof.end ? await joined(0, fromHex(proof.end.token), fromHex(proof.end.value)) : new Uint8Array(TOKEN_BYTES);
  for (let depth = proof.siblings.length - 1; depth >= 0; depth -= 1) {
    const beside = fromHex(proof.siblings[depth] ?? "");
    found = bit(path, depth) ? await joined(1, beside, found) : await joined(1, found, beside);
  }
  if (hex(found) !== root) {
    throw new Error("tree-proof.invalid");
  }
  return proof.end && proof.end.token === token ? proof.end.value : null;
}

/**
 * @param {number} prefix 0 before a leaf, 1 before a branch
 * @param {Uint8Array} left
 * @param {Uint8Array} right
 */
export function joined(prefix, left, right) {
  return sha256(Uint8Array.from([prefix, ...left, ...right]));
}

/**
 * @param {Uint8Array} token
 * @param {number} depth
 */
export function bit(token, depth) {
  return (((token[depth >> 3] ?? 0) >> (7 - (depth & 7))) & 1) === 1;
}

/**
 * @param {Uint8Array} left
 * @param {Uint8Array} right
 * @param {number} bits
 */
function sharePath(left, right, bits) {
  for (let depth = 0; depth < bits; depth += 1) {
    if (bit(left, depth) !== bit(right, depth)) {
      return false;
    }
  }
  return true;
}
