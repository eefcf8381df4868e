// @ts-check
/** Confirms a person with their passkey, over nothing that could be taken for a contract. */

import { fromBase64, sha256 } from "./bytes.js";
import { need, say } from "./page.js";
import { askPasskey, hasPasskeys } from "./passkey.js";
import { post, Refused, Unreachable } from "./service.js";

/**
 * The challenge is made here, of a tag and the service's nonce: it cannot be the digest of a statement.
 * @param {Uint8Array} nonce
 */
function presence(nonce) {
  const tag = new TextEncoder().encode("tally/presence/v1\n");
  const bytes = new Uint8Array(tag.length + nonce.length);
  bytes.set(tag);
  bytes.set(nonce, tag.length);
  return sha256(bytes);
}

/** @param {HTMLElement} part */
async function confirm(part) {
  const status = need(part, "[data-status]", HTMLElement);
  say(status, part.dataset.waiting);
  try {
    const asked = await post(part.dataset.challenge ?? "", {});
    const challenge = await presence(fromBase64(asked.nonce));
    const credential = await askPasskey({ challenge, rpId: asked.rp_id, ids: asked.credential_ids });
    await post(part.dataset.answer ?? "", { nonce: asked.nonce, credential });
    location.assign(part.dataset.next ?? "");
  } catch (error) {
    say(status, wordsFor(part, error), "wrong");
  }
}

/**
 * @param {HTMLElement} part
 * @param {unknown} error
 */
function wordsFor(part, error) {
  if (error instanceof Unreachable) return part.dataset.unreachable;
  if (error instanceof DOMException) return part.dataset.cancelled;
  return `${part.dataset.failed} ${error instanceof Refused ? error.message : String(error)}`;
}

for (const part of document.querySelectorAll("[data-again]")) {
  const button = part.querySelector("button[data-pen]");
  if (!(part instanceof HTMLElement) || !(button instanceof HTMLButtonElement) || !hasPasskeys()) continue;
  button.disabled = false;
  button.addEventListener("click", () => void confirm(part));
}
