// @ts-check
/**
 * The contract's bytes on this device: fetched once, hashed, and handed on only when they are the ones that were announced.
 *
 * Promises: what is returned has the given SHA-256 and length; the buffer that was hashed is the buffer that is returned.
 */

import { hex, sha256 } from "./bytes.js";

/** The bytes that came are not those that the signature would name. */
export class OtherFile extends Error {}

/** The bytes did not come. */
export class NotLoaded extends Error {}

/**
 * @param {string} address
 * @param {{sha256: string, bytes: number}} expected
 * @returns {Promise<ArrayBuffer>}
 */
export async function fetchContract(address, expected) {
  const data = await load(address);
  const found = hex(await sha256(data));
  if (data.byteLength !== expected.bytes || found !== expected.sha256) throw new OtherFile(found);
  return data;
}

/** @param {string} address */
async function load(address) {
  try {
    const answer = await fetch(address, { headers: { Accept: "application/pdf" }, cache: "no-store" });
    if (!answer.ok) throw new NotLoaded(String(answer.status));
    return await answer.arrayBuffer();
  } catch (error) {
    if (error instanceof NotLoaded) throw error;
    throw new NotLoaded(String(error));
  }
}
