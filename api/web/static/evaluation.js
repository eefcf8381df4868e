// @ts-check
/**
 * A subject's blinded evaluation by t of n evaluators (RFC 9497 verifiable mode, ristretto255-SHA512), as signing/oprf does it; a test
 * holds the two against each other. The group and the protocol are @noble/curves; here is only what joins shares.
 */

import { ristretto255, ristretto255_oprf } from "./vendor/noble-curves/ed25519.js";

const { Point } = ristretto255;
const { Fn } = Point;

/** An evaluator's answer that does not hold; `place` says whose. */
export class BadPart extends Error {
  /** @param {number} place */
  constructor(place) {
    super(`evaluation.bad-part ${place}`);
    this.place = place;
  }
}

/**
 * @typedef {{ index: number, element: Uint8Array, proof: Uint8Array }} Part
 * @typedef {{ blind: Uint8Array, blinded: Uint8Array }} Blinded
 */

/**
 * Blind a stretched subject with fresh randomness.
 * @param {Uint8Array} stretched
 * @returns {Blinded}
 */
export function blind(stretched) {
  return ristretto255_oprf.voprf.blind(stretched);
}

/**
 * Return the public key of the share at a place from 1, from the commitments to the shared polynomial.
 * @param {number} index
 * @param {Uint8Array[]} commitments
 */
export function shareKey(index, commitments) {
  const points = commitments.map((bytes) => Point.fromBytes(bytes));
  const place = BigInt(index);
  return points.reduceRight((sum, point) => (sum.is0() ? sum : sum.multiply(place)).add(point), Point.ZERO).toBytes();
}

/**
 * Throw BadPart unless the evaluator proved that it used its share of the key.
 * @param {Part} part
 * @param {Uint8Array} stretched
 * @param {Blinded} asked
 * @param {Uint8Array} key of its share
 */
export function checkPart(part, stretched, asked, key) {
  try {
    ristretto255_oprf.voprf.finalize(stretched, asked.blind, part.element, asked.blinded, key, part.proof);
  } catch {
    throw new BadPart(part.index);
  }
}

/**
 * Return the output of 64 bytes from t checked parts of different evaluators.
 * @param {Part[]} parts
 * @param {number} threshold
 * @param {Uint8Array} stretched
 * @param {Uint8Array} factor the blind
 */
export function combine(parts, threshold, stretched, factor) {
  const distinct = [...new Map(parts.map((part) => [part.index, part])).values()];
  if (distinct.length < threshold) throw new Error("evaluation.too-few");
  const chosen = distinct.sort((left, right) => left.index - right.index).slice(0, threshold);
  const places = chosen.map((part) => BigInt(part.index));
  let sum = Point.ZERO;
  for (const part of chosen) {
    sum = sum.add(Point.fromBytes(part.element).multiply(weight(BigInt(part.index), places)));
  }
  return ristretto255_oprf.oprf.finalize(stretched, factor, sum.toBytes());
}

/**
 * The weight of a place's share in the secret (Lagrange, at zero); places are public.
 * @param {bigint} place
 * @param {bigint[]} places
 */
function weight(place, places) {
  let above = 1n;
  let below = 1n;
  for (const other of places) {
    if (other === place) continue;
    above = Fn.mul(above, Fn.create(other));
    below = Fn.mul(below, Fn.create(other - place));
  }
  return Fn.mul(above, Fn.inv(below));
}
