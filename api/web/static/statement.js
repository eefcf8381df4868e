// @ts-check
/**
 * The statement that is signed: read from its exact bytes, and held against what this page shows before any key touches it.
 *
 * Promises: `checkStatement` returns only for a statement about the file that was hashed on this device, these terms, this
 * agreement and this signer, whose bytes have the announced SHA-256. docs/formats says what each member means.
 */

import { fromBase64, hex, sha256 } from "./bytes.js";

const PREFIX = "tally/statement/v1\n";

/** What came to be signed is not what the page shows. */
export class OtherStatement extends Error {}

/** @typedef {{statement: string, sha256: string, suite: string, key_id: string, credential_ids?: string[], rp_id?: string, typed_data?: TypedData}} Issued */
/** @typedef {{message: Record<string, string>, primaryType: string, domain: Record<string, unknown>, types: unknown}} TypedData */
/** @typedef {{documentSha256: string, documentBytes: number, termsSha256: string, agreement: string, signer: string}} Shown */
/** @typedef {{bytes: Uint8Array<ArrayBuffer>, digest: Uint8Array<ArrayBuffer>, text: string, facts: Record<string, unknown>}} Statement */

/**
 * @param {Issued} issued
 * @param {Shown} shown
 * @returns {Promise<Statement>}
 */
export async function checkStatement(issued, shown) {
  const bytes = fromBase64(issued.statement);
  const digest = await sha256(bytes);
  const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  if (!text.startsWith(PREFIX)) throw new OtherStatement("version");
  /** @type {Record<string, unknown>} */
  const facts = JSON.parse(text.slice(PREFIX.length));
  const pairs = [
    [facts.document_sha256, shown.documentSha256],
    [facts.document_bytes, shown.documentBytes],
    [facts.terms_sha256, shown.termsSha256],
    [facts.agreement, shown.agreement],
    [facts.signer, shown.signer],
    [facts.key_id, issued.key_id],
    [hex(digest), issued.sha256],
  ];
  for (const [found, expected] of pairs) if (found !== expected) throw new OtherStatement(String(expected));
  if (issued.typed_data) checkTypedData(issued.typed_data, shown, hex(digest));
  return { bytes, digest, text, facts };
}

/**
 * What a wallet is given must speak of the same statement.
 * @param {TypedData} typed
 * @param {Shown} shown
 * @param {string} digest
 */
function checkTypedData(typed, shown, digest) {
  const { message } = typed;
  const pairs = [
    [message.statement, `0x${digest}`],
    [message.document, `0x${shown.documentSha256}`],
    [message.terms, `0x${shown.termsSha256}`],
    [message.agreement, shown.agreement],
    [message.signer, shown.signer],
  ];
  for (const [found, expected] of pairs) if (found !== expected) throw new OtherStatement(String(expected));
}
