// @ts-check
/** Confirms a person with their passkey: a fresh challenge of the service, nothing that could be taken for a contract. */

import { fromBase64 } from "./bytes.js";
import { need, say } from "./page.js";
import { askPasskey, hasPasskeys } from "./passkey.js";
import { post, Refused, Unreachable } from "./service.js";

/** @param {HTMLElement} part */
async function confirm(part) {
  const status = need(part, "[data-status]", HTMLElement);
  say(status, part.dataset.waiting);
  try {
    const asked = await post(part.dataset.challenge ?? "", {});
    const options = asked.publicKey ?? asked;
    const ids = (options.allowCredentials ?? []).map((/** @type {{id: string}} */ one) => one.id);
    const credential = await askPasskey({ challenge: fromBase64(options.challenge), rpId: options.rpId, ids });
    await post(part.dataset.answer ?? "", { ...asked, credential });
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
