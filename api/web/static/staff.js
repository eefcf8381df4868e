// @ts-check
/** Staff sign in with a passkey, or make the one that a set-up code allows. */

import { fromBase64 } from "./bytes.js";
import { need, say } from "./page.js";
import { askPasskey, hasPasskeys, makePasskey } from "./passkey.js";
import { post, Refused, Unreachable } from "./service.js";

/** @param {HTMLElement} part */
async function signIn(part) {
  const { publicKey } = await post(part.dataset.options ?? "", {});
  const ids = (publicKey.allowCredentials ?? []).map((/** @type {{id: string}} */ one) => one.id);
  const credential = await askPasskey({ challenge: fromBase64(publicKey.challenge), rpId: publicKey.rpId, ids });
  await post(part.dataset.answer ?? "", { credential });
}

/** @param {HTMLFormElement} form */
async function setUp(form) {
  const told = Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, String(value).trim()]));
  const { publicKey } = await post(form.dataset.options ?? "", told);
  await post(form.dataset.answer ?? "", { ...told, credential: await makePasskey(publicKey) });
}

/**
 * @param {HTMLElement} part
 * @param {() => Promise<void>} work
 */
async function run(part, work) {
  const status = need(part, "[data-status]", HTMLElement);
  say(status, part.dataset.waiting);
  try {
    await work();
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

for (const part of document.querySelectorAll("[data-staff]")) {
  if (!(part instanceof HTMLElement)) continue;
  const button = need(part, "[data-use], [data-make]", HTMLButtonElement);
  if (!hasPasskeys()) {
    say(need(part, "[data-status]", HTMLElement), part.dataset.noPasskey, "wrong");
    continue;
  }
  button.disabled = false;
  if (part instanceof HTMLFormElement) {
    part.addEventListener("submit", (event) => {
      event.preventDefault();
      void run(part, () => setUp(part));
    });
  } else {
    button.addEventListener("click", () => void run(part, () => signIn(part)));
  }
}
