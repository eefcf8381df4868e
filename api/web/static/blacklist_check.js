// @ts-check
/**
 * The page on which staff check an applicant. The identifier is typed, brought into its one spelling, stretched and blinded here.
 *
 * Promises: the field has no name and the form no action, so that nothing sends it; only what check.js makes of it leaves the page.
 */

import { hex, sha256 } from "./bytes.js";
import { askEvaluators, files, lookUp, openLists, question } from "./check.js";
import { BadIdentifier, parseIdentifier, subjectBytes } from "./identifiers.js";
import { need, say } from "./page.js";
import { Refused, Unreachable } from "./service.js";

/**
 * @import { List, Subject } from "./check.js"
 * @import { Signed } from "./records.js"
 */

const form = need(document, "[data-check]", HTMLFormElement);
const field = need(form, "#identifier", HTMLInputElement);
const button = need(form, "button", HTMLButtonElement);
const bar = need(form, "progress", HTMLProgressElement);
const status = need(form, "[data-status]", HTMLElement);
const result = need(document, "[data-result]", HTMLElement);
/** @type {string[]} */
const given = [];

/** @returns {Promise<Subject>} */
async function subjectTyped() {
  const kind = need(form, "#kind", HTMLSelectElement).value;
  const today = new Date();
  const local = new Date(today.getTime() - today.getTimezoneOffset() * 60_000).toISOString().slice(0, 10);
  const value = parseIdentifier(kind, field.value, local);
  const consent = need(form, "#consent", HTMLInputElement).files?.[0];
  return {
    kind,
    value,
    bytes: subjectBytes(kind, value),
    application: need(form, "#application", HTMLInputElement).value.trim(),
    consent: consent ? await sha256(await consent.arrayBuffer()) : new Uint8Array(32),
  };
}

/**
 * Argon2id in its own thread.
 * @param {Uint8Array} message
 * @param {{ memory_kib: number, passes: number, salt: string }} cost
 * @returns {Promise<Uint8Array>}
 */
function stretch(message, cost) {
  const worker = new Worker(form.dataset.worker ?? "", { type: "module" });
  const salt = Uint8Array.from(cost.salt.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  return new Promise((done, failed) => {
    worker.addEventListener("message", ({ data }) => {
      if (data.stretched) done(data.stretched);
      else bar.value = data.share;
    });
    worker.addEventListener("error", () => failed(new Error(form.dataset.failed)));
    worker.postMessage({ message, salt, memoryKib: cost.memory_kib, passes: cost.passes });
  }).finally(() => worker.terminate());
}

async function check() {
  const subject = await subjectTyped();
  const checks = [];
  for (const list of await openLists()) checks.push(await checkIn(list, subject));
  const told = checks.find(({ found }) => found.listed) ?? checks[0];
  if (!told) throw new Error("epoch.none-open");
  const all = {
    listings: checks.flatMap(({ found }) => found.listings),
    isWhole: checks.every(({ found }) => found.isWhole),
  };
  show(told.list, { ...told.found, ...all }, told.answers);
  await offer(checks.map(({ list, made }) => ({ made, epoch: list.epoch.number })));
}

/**
 * Check the subject in one list.
 * @param {List} list
 * @param {Subject} subject
 */
async function checkIn(list, subject) {
  say(status, form.dataset.stretching);
  bar.hidden = false;
  const asked = question(await stretch(subject.bytes, list.epoch.stretch));
  say(status, form.dataset.asking);
  const answered = await askEvaluators(list, subject, asked, form.dataset.signing ?? "");
  const found = await lookUp(list, answered.output);
  const made = await files(list, subject, asked, { ...answered, proof: found.proof });
  return { list, found, answers: answered.answers, made };
}

/**
 * @param {List} list
 * @param {Awaited<ReturnType<typeof lookUp>>} found
 * @param {Signed[]} answers
 */
function show(list, found, answers) {
  const kind = need(form, "#kind", HTMLSelectElement);
  const reasons = found.listings.map(({ details }) => details?.reason);
  const isMarker = found.isWhole && reasons.length > 0 && reasons.every((reason) => reason === "victim-of-impersonation");
  const verdict = isMarker ? form.dataset.marked : found.listed ? form.dataset.listed : form.dataset.clean;
  say(need(result, "[data-verdict]", HTMLElement), verdict, isMarker ? "" : found.listed ? "wrong" : "good");
  need(result, "[data-soft]", HTMLElement).hidden = kind.selectedOptions[0]?.dataset.soft === undefined || !found.listed;
  const { number, at } = list.version.record;
  fill("version", `${number} · ${at.slice(0, 16).replace("T", " ")} UTC`);
  fill("evaluators", `${answers.map((one) => one.record.evaluator).join(", ")} / ${list.epoch.evaluators.length}`);
  fill("prefix", found.prefix);
  const owners = new Set(list.epoch.evaluators.map((/** @type {any} */ one) => one.institution));
  need(result, "[data-co-located]", HTMLElement).hidden = owners.size >= Math.max(list.epoch.threshold, 2);
  need(result, "[data-not-whole]", HTMLElement).hidden = found.isWhole;
  const rows = need(result, "[data-listings]", HTMLElement);
  rows.replaceChildren(...found.listings.map(({ listing, details }) => line(listing, details)));
  result.hidden = false;
  result.focus();
}

/**
 * @param {string} name
 * @param {string} text
 */
function fill(name, text) {
  need(result, `[data-fact=${name}]`, HTMLElement).textContent = text;
}

/**
 * @param {any} listing
 * @param {any} details
 */
function line(listing, details) {
  const row = document.createElement("li");
  row.className = "card";
  const reason = details ? word("reasons", details.reason) : (form.dataset.unreadable ?? "");
  const facts = details ? [word("states", listing.state), details.contact] : [word("states", listing.state)];
  const [title, rest] = [document.createElement("h2"), document.createElement("p")];
  title.textContent = reason;
  rest.textContent = facts.filter(Boolean).join(" · ");
  row.append(title, rest);
  return row;
}

/**
 * A word of the page by its code; the code itself for one that this page does not know.
 * @param {string} list
 * @param {string} code
 */
function word(list, code) {
  const found = document.querySelector(`[data-words=${list}] [data-code="${CSS.escape(code)}"]`);
  return found?.textContent ?? code;
}

/**
 * Offer receipt and opening of each list; those of an older epoch that is still open stand below, under its number.
 * @param {{ made: { receipt: string, opening: string }, epoch: number }[]} all
 */
async function offer(all) {
  for (const address of given.splice(0)) URL.revokeObjectURL(address);
  for (const older of result.querySelectorAll("[data-older]")) older.remove();
  const first = need(result, "[data-files]", HTMLElement);
  for (const [place, { made, epoch }] of all.entries()) {
    const files = place === 0 ? first : /** @type {HTMLElement} */ (first.cloneNode(true));
    if (place > 0) {
      files.dataset.older = "";
      for (const way of files.querySelectorAll("a")) way.append(` (${epoch})`);
      result.querySelector("[data-files-end]")?.before(files);
    }
    await fillFiles(files, made);
  }
}

/**
 * @param {HTMLElement} files
 * @param {{ receipt: string, opening: string }} made
 */
async function fillFiles(files, made) {
  const stem = `check-${hex(await sha256(new TextEncoder().encode(made.receipt))).slice(0, 8)}`;
  for (const [name, content] of Object.entries(made)) {
    const way = need(files, `[data-file=${name}]`, HTMLAnchorElement);
    const address = URL.createObjectURL(new Blob([content], { type: "application/json" }));
    given.push(address);
    way.href = address;
    way.download = `${stem}.${name}.json`;
  }
}

async function run() {
  button.disabled = true;
  result.hidden = true;
  bar.value = 0;
  try {
    await check();
    say(status, "");
    field.value = "";
  } catch (error) {
    say(status, wordsFor(error), "wrong");
  } finally {
    bar.hidden = true;
    button.disabled = false;
  }
}

/** @param {unknown} error */
function wordsFor(error) {
  if (error instanceof BadIdentifier) return word("faults", error.code);
  if (error instanceof Unreachable) return form.dataset.unreachable;
  return `${form.dataset.failed} ${error instanceof Refused ? error.message : String(error)}`;
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  void run();
});
button.disabled = false;
