// @ts-check
/** Offers the link for another browser where this one has no passkeys, and copies it. */

import { need } from "./page.js";

for (const notice of document.querySelectorAll("[data-unless-passkeys]")) {
  if (notice instanceof HTMLElement) notice.hidden = globalThis.PublicKeyCredential !== undefined;
}

/** @param {HTMLButtonElement} button */
async function copy(button) {
  const field = need(document, "[data-place]", HTMLInputElement);
  const status = need(document, "[data-copy-status]", HTMLElement);
  try {
    await navigator.clipboard.writeText(field.value);
    status.textContent = button.dataset.copied ?? "";
  } catch {
    field.select();
    status.textContent = button.dataset.notCopied ?? "";
  }
}

const button = document.querySelector("[data-copy]");
if (button instanceof HTMLButtonElement) {
  button.hidden = false;
  button.addEventListener("click", () => void copy(button));
}
