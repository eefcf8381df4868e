// @ts-check
/**
 * A decision on an application: the statement is fetched, hashed here, held against what this page shows, and shown in full before
 * any key is asked for.
 *
 * Promises: the passkey signs the hash of the very bytes that stand on the page; whatever is about something else is refused, and a
 * change of the form takes the shown statement away.
 */

import { fromBase64, hex, sha256 } from "./bytes.js";
import { need, say } from "./page.js";
import { askPasskey, hasPasskeys } from "./passkey.js";
import { post, Refused, Unreachable } from "./service.js";
import { OtherStatement } from "./statement.js";

const PREFIX = "tally/decision/v1\n";

/** @typedef {{statement: string, sha256: string, key_id: string, rp_id: string, credential_ids: string[]}} Issued */
/** @typedef {{verdict: string, conditions: string[], reason: string | null, in_place_of: string | null}} Wanted */
/** @typedef {{issued: Issued, digest: Uint8Array<ArrayBuffer>}} Ready */

/**
 * Return the text and the digest of a statement about exactly this; raise OtherStatement for any other.
 * @param {Issued} issued
 * @param {DOMStringMap} shown
 * @param {Wanted} wanted
 */
async function checkDecision(issued, shown, wanted) {
  const bytes = fromBase64(issued.statement);
  const digest = await sha256(bytes);
  const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  if (!text.startsWith(PREFIX)) throw new OtherStatement("version");
  const facts = JSON.parse(text.slice(PREFIX.length));
  const pairs = [
    [facts.application, shown.application],
    [facts.content_sha256, shown.contentSha256],
    [facts.terms_sha256, shown.termsSha256],
    [facts.policy_sha256, shown.policySha256],
    [facts.amount?.currency, shown.currency],
    [facts.amount?.minor, shown.minor],
    [facts.verdict, wanted.verdict],
    [facts.reason, wanted.reason],
    [facts.in_place_of, wanted.in_place_of],
    [JSON.stringify(facts.conditions), JSON.stringify(wanted.conditions)],
    [facts.key_id, issued.key_id],
    [hex(digest), issued.sha256],
  ];
  for (const [found, expected] of pairs) if (found !== expected) throw new OtherStatement(String(expected));
  return { text, digest };
}

/**
 * Return an amount as it is signed, such as `CNY 80,000.00`, of what somebody typed in main units; null where that is none.
 * @param {string} typed
 * @param {string} currency
 * @param {number} places
 */
function offered(typed, currency, places) {
  const plain = typed.normalize("NFKC").replaceAll(/[\s,]/g, "");
  const match = /^0*(\d+)(?:\.(\d+))?$/.exec(plain);
  const part = match?.[2] ?? "";
  if (match === null || part.length > places) return null;
  const whole = (match[1] ?? "").replaceAll(/\B(?=(\d{3})+$)/g, ",");
  return `${currency} ${whole}${places > 0 ? `.${part.padEnd(places, "0")}` : ""}`;
}

class Desk {
  /** @param {HTMLFormElement} form */
  constructor(form) {
    this.form = form;
    this.words = form.dataset;
    this.status = need(form, "[data-status]", HTMLElement);
    this.shown = need(form, "[data-shown]", HTMLElement);
    this.show = need(form, "[data-show]", HTMLButtonElement);
    this.sign = need(form, "[data-sign]", HTMLButtonElement);
    /** @type {Ready | null} */
    this.ready = null;
  }

  open() {
    if (globalThis.crypto?.subtle === undefined || !hasPasskeys()) {
      say(this.status, globalThis.crypto?.subtle === undefined ? this.words.insecure : this.words.noPasskey, "wrong");
      return;
    }
    this.show.disabled = false;
    this.form.addEventListener("input", () => {
      this.forget();
      this.ask();
    });
    this.ask();
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.run(() => this.fetchStatement());
    });
    this.sign.addEventListener("click", () => void this.run(() => this.send()));
  }

  forget() {
    this.ready = null;
    this.shown.hidden = true;
    say(this.status, "");
  }

  /** Show the places that the chosen verdict takes. */
  ask() {
    const verdict = String(new FormData(this.form).get("verdict") ?? "");
    for (const part of this.form.querySelectorAll("[data-for]")) {
      if (part instanceof HTMLElement) part.hidden = !(part.dataset.for ?? "").split(" ").includes(verdict);
    }
  }

  /**
   * Return the lines of a counter-offer; none where neither amount nor term stands there, or the amount is none.
   * @param {(name: string) => string} text
   */
  offer(text) {
    const lines = [];
    if (text("offer_amount") !== "") {
      const amount = offered(text("offer_amount"), this.words.currency ?? "", Number(this.words.decimals));
      if (amount === null) return [];
      lines.push(`amount=${amount}`);
    }
    if (text("offer_months") !== "") lines.push(`term_months=${text("offer_months")}`);
    return lines;
  }

  /** @returns {Wanted} */
  wanted() {
    const told = new FormData(this.form);
    const text = (/** @type {string} */ name) => String(told.get(name) ?? "").trim();
    const verdict = text("verdict");
    const written = ["approve", "return"].includes(verdict) ? text("conditions").split("\n").map((line) => line.trim()) : [];
    return {
      verdict,
      conditions: verdict === "counter" ? this.offer(text) : written.filter((line) => line !== ""),
      reason: text("reason") || null,
      in_place_of: text("in_place_of") || null,
    };
  }

  async fetchStatement() {
    const wanted = this.wanted();
    if (wanted.reason === null && wanted.verdict !== "approve" && wanted.verdict !== "close") {
      say(this.status, this.words.reasonNeeded, "wrong");
      return;
    }
    if (wanted.verdict === "counter" && wanted.conditions.length === 0) {
      say(this.status, this.words.offerNeeded, "wrong");
      return;
    }
    say(this.status, this.words.fetching);
    /** @type {Issued} */
    const issued = await post(this.words.statement ?? "", wanted);
    const { text, digest } = await checkDecision(issued, this.words, wanted);
    need(this.form, "[data-exact]", HTMLElement).textContent = text;
    need(this.form, "[data-digest]", HTMLElement).textContent = hex(digest);
    this.ready = { issued, digest };
    this.shown.hidden = false;
    say(this.status, this.words.ready, "good");
  }

  async send() {
    if (this.ready === null) return;
    const { issued, digest } = this.ready;
    say(this.status, this.words.waiting);
    const credential = await askPasskey({ challenge: digest, rpId: issued.rp_id, ids: issued.credential_ids });
    say(this.status, this.words.sending);
    await post(this.words.decision ?? "", { statement: issued.statement, credential });
    location.assign(this.words.next ?? "");
  }

  /** @param {() => Promise<void>} work */
  async run(work) {
    this.show.disabled = this.sign.disabled = true;
    try {
      await work();
    } catch (error) {
      this.forget();
      say(this.status, this.wordsFor(error), "wrong");
    }
    this.show.disabled = this.sign.disabled = false;
  }

  /** @param {unknown} error */
  wordsFor(error) {
    if (error instanceof OtherStatement || error instanceof SyntaxError) return this.words.other;
    if (error instanceof Unreachable) return this.words.unreachable;
    if (error instanceof DOMException) return this.words.cancelled;
    return `${this.words.failed} ${error instanceof Refused ? error.message : String(error)}`;
  }
}

const form = document.querySelector("[data-decide]");
if (form instanceof HTMLFormElement) new Desk(form).open();
