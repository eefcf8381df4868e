// @ts-check
/** The proof of a token inside a bucket of the token tree: its leaves, and the hashes beside the path to them (docs/formats/token-tree.md). */

import { fromHex, hex } from "./bytes.js";
import { bit, joined } from "./token_tree.js";

/** @import { Leaf, Proof } from "./token_tree.js" */

const EMPTY = "0".repeat(64);

/**
 * Return the proof that a token is, or is not, among these leaves; whether it leads to the root is for checkTokenProof.
 * @param {string} token
 * @param {{ siblings: string[], leaves: Leaf[] }} bucket leaves in the order of their tokens
 * @returns {Promise<Proof>}
 */
export async function proveIn(token, bucket) {
  const path = fromHex(token);
  const siblings = [...bucket.siblings];
  let leaves = bucket.leaves;
  while (leaves.length > 1) {
    const depth = siblings.length;
    const [left, right] = split(leaves, depth);
    const goesRight = bit(path, depth);
    siblings.push(await subtree(goesRight ? left : right, depth + 1));
    leaves = goesRight ? right : left;
  }
  return { siblings, end: leaves[0] ?? null };
}

/**
 * @param {Leaf[]} leaves
 * @param {number} depth
 * @returns {Promise<string>}
 */
async function subtree(leaves, depth) {
  const [first] = leaves;
  if (!first) return EMPTY;
  if (leaves.length === 1) return hex(await joined(0, fromHex(first.token), fromHex(first.value)));
  const [left, right] = split(leaves, depth);
  const below = [await subtree(left, depth + 1), await subtree(right, depth + 1)];
  return hex(await joined(1, fromHex(below[0] ?? ""), fromHex(below[1] ?? "")));
}

/**
 * @param {Leaf[]} leaves
 * @param {number} depth
 * @returns {[Leaf[], Leaf[]]}
 */
function split(leaves, depth) {
  if (depth > 255) throw new Error("tree-proof.malformed"); // two leaves of one token
  const isRight = (/** @type {Leaf} */ leaf) => bit(fromHex(leaf.token), depth);
  return [leaves.filter((leaf) => !isRight(leaf)), leaves.filter(isRight)];
}
