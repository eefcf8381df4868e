// @ts-check
/**
 * Checks a file without sending it: its SHA-256 is computed here, and only that, its length and the receipt go to the service.
 *
 * Promises: the file's bytes and its name never enter a request. Without this script, or where the browser offers no WebCrypto
 * (plain http from another machine), the form is an ordinary upload and the page says so before a file is chosen.
 */

const DISGUISES = /[\p{C}\p{Zl}\p{Zp}]/gu;
const MEBIBYTE = 1024 * 1024;
const MOST_SHOWN = 120;

/** A refusal with words for the reader. */
class Refusal extends Error {}

/**
 * @template {Element} T
 * @param {string} selector
 * @param {new () => T} kind
 * @returns {T}
 */
function need(selector, kind) {
  const found = document.querySelector(selector);
  if (!(found instanceof kind)) throw new TypeError(`the page has no ${selector}`);
  return found;
}

/**
 * Read the file in pieces, so that progress shows, and hash it: WebCrypto takes a file only whole.
 * @param {File} file
 * @param {(share: number) => void} progress
 * @returns {Promise<string>} lower-case hexadecimal
 */
async function sha256(file, progress) {
  const data = new Uint8Array(file.size);
  let read = 0;
  const reader = file.stream().getReader();
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
    data.set(piece.value, read);
    read += piece.value.length;
    progress(read / file.size);
  }
  if (read !== file.size) throw new RangeError("the file changed while it was read");
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", data));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * Return the name with characters that could disguise it replaced, cut to a line.
 * @param {string} name
 */
function shownName(name) {
  const safe = [...name.replace(DISGUISES, "\ufffd")];
  return safe.length <= MOST_SHOWN ? safe.join("") : `${safe.slice(0, MOST_SHOWN - 1).join("")}…`;
}

/**
 * Return the name as one word of a POSIX shell, or null where it cannot be shown as it is.
 * @param {string} name
 */
function shellWord(name) {
  if (shownName(name) !== name) return null;
  const path = name.startsWith("-") ? `./${name}` : name;
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'"'"'`)}'`;
}

/** @param {HTMLFormElement} form */
function fileOf(form) {
  const file = new FormData(form).get("file");
  return file instanceof File && file.name !== "" ? file : null;
}

/**
 * What is sent: everything of the form but the file.
 * @param {HTMLFormElement} form
 * @param {File} file
 * @param {(share: number) => void} progress
 */
async function question(form, file, progress) {
  const words = form.dataset;
  if (file.size === 0) throw new Refusal(words.empty);
  if (file.size > Number(words.mostMegabytes) * MEBIBYTE) throw new Refusal(words.tooLarge);
  const body = new FormData(form);
  body.delete("file");
  body.set("bytes", String(file.size));
  try {
    body.set("sha256", await sha256(file, progress));
  } catch {
    throw new Refusal(words.unreadable);
  }
  return body;
}

/**
 * Ask the service and return its page.
 * @param {HTMLFormElement} form
 * @param {FormData} body
 */
async function ask(form, body) {
  try {
    const answer = await fetch(form.action, { method: "POST", body, headers: { Accept: "text/html" } });
    return new DOMParser().parseFromString(await answer.text(), "text/html");
  } catch {
    throw new Refusal(form.dataset.unreachable);
  }
}

/**
 * Put the answer into this page, with the file's name, which the service does not know.
 * @param {Document} answered
 * @param {File} file
 * @param {HTMLFormElement} form
 */
function show(answered, file, form) {
  const result = answered.querySelector("#result");
  if (result === null) throw new Refusal(form.dataset.unreachable);
  for (const place of result.querySelectorAll("[data-file-name]")) place.textContent = shownName(file.name);
  const word = shellWord(file.name);
  for (const place of result.querySelectorAll("[data-file-word]")) place.textContent = word ?? place.textContent;
  need("#result", HTMLElement).replaceChildren(...result.childNodes);
  document.title = answered.title;
  need("#outcome", HTMLElement).focus();
}

/** @param {HTMLFormElement} form */
async function check(form) {
  const file = fileOf(form);
  if (file === null) return;
  const status = need("#status", HTMLElement);
  const bar = need("#progress", HTMLProgressElement);
  const button = need("#verify button", HTMLButtonElement);
  status.className = "";
  status.textContent = form.dataset.reading ?? "";
  bar.hidden = false;
  button.disabled = true;
  try {
    const body = await question(form, file, (share) => {
      bar.value = share;
    });
    status.textContent = form.dataset.asking ?? "";
    show(await ask(form, body), file, form);
    status.textContent = "";
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    status.className = "wrong";
    status.textContent = error.message;
  } finally {
    bar.hidden = true;
    bar.value = 0;
    button.disabled = false;
  }
}

if (globalThis.crypto?.subtle !== undefined) {
  const form = need("#verify", HTMLFormElement);
  for (const part of document.querySelectorAll("[data-way]")) {
    if (part instanceof HTMLElement) part.hidden = part.dataset.way !== "local";
  }
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void check(form);
  });
}
