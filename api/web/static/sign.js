// @ts-check
/**
 * The pens. Before any of them can be used, the contract is fetched and hashed here once more, and the statement that came to
 * be signed is held against that hash and against what the page shows.
 *
 * Promises: a key touches only the bytes of a statement that passed; what the page refuses is never sent.
 */

import { fetchContract, NotLoaded, OtherFile } from "./contract.js";
import { certificateRequest, makeKey, signBytes } from "./one_time_key.js";
import { need, say } from "./page.js";
import { askPasskey, hasPasskeys, makePasskey } from "./passkey.js";
import { post, Refused, Unreachable } from "./service.js";
import { checkStatement, OtherStatement } from "./statement.js";
import { askWallet, walletHere } from "./wallet.js";
import { hex } from "./bytes.js";

/** @import {Issued, Statement} from "./statement.js" */

/** Words of the page for something that stands in the way. */
class Told extends Error {}

/** The part of the page with the pens. */
class Desk {
  /** @param {HTMLElement} part */
  constructor(part) {
    this.part = part;
    this.words = part.dataset;
    this.status = need(part, "[data-status]", HTMLElement);
    this.buttons = [...part.querySelectorAll("button[data-pen]")].filter((one) => one instanceof HTMLButtonElement);
    /** @type {{pen: string, issued: Issued, statement: Statement} | null} */
    this.ready = null;
    /** @type {CryptoKeyPair | null} */
    this.oneTimeKey = null;
  }

  async open() {
    if (globalThis.crypto?.subtle === undefined) throw new Told(this.words.insecure);
    say(this.status, this.words.checking);
    await fetchContract(this.words.source ?? "", { sha256: this.words.sha256 ?? "", bytes: Number(this.words.bytes) });
    for (const button of this.buttons) {
      button.addEventListener("click", () => void this.use(button.dataset.pen ?? ""));
      if (button.dataset.ready === "yes") await this.fetchStatement(button.dataset.pen ?? "");
    }
    say(this.status, this.words.checked, "good");
    this.allow(true);
  }

  /** @param {boolean} allowed */
  allow(allowed) {
    for (const button of this.buttons) {
      button.disabled = !allowed || (button.dataset.pen?.endsWith("passkey") === true && !hasPasskeys());
    }
  }

  /**
   * Fetch what a pen is to sign, hold it against this page, and show it in full.
   * @param {string} pen
   */
  async fetchStatement(pen) {
    /** @type {Issued} */
    const issued = await post(this.words.statements ?? "", { pen });
    const statement = await checkStatement(issued, {
      documentSha256: this.words.sha256 ?? "",
      documentBytes: Number(this.words.bytes),
      termsSha256: this.words.termsSha256 ?? "",
      agreement: this.words.agreement ?? "",
      signer: this.words.signer ?? "",
    });
    this.show(statement);
    this.ready = { pen, issued, statement };
    return this.ready;
  }

  /** @param {Statement} statement */
  show(statement) {
    need(this.part, "[data-statement]", HTMLElement).hidden = false;
    need(this.part, "[data-exact]", HTMLElement).textContent = statement.text;
    need(this.part, "[data-digest]", HTMLElement).textContent = hex(statement.digest);
    for (const place of this.part.querySelectorAll("[data-fact]")) {
      if (!(place instanceof HTMLElement)) continue;
      const value = statement.facts[place.dataset.fact ?? ""];
      need(place, "code", HTMLElement).textContent = typeof value === "object" ? JSON.stringify(value) : String(value);
    }
  }

  /** @param {string} pen */
  async use(pen) {
    this.allow(false);
    say(this.status, this.words.waiting);
    try {
      if (pen === "make-passkey") await this.enrolPasskey();
      else if (pen === "replace-passkey") await this.enrolPasskey(this.lostKey());
      else if (pen === "make-wallet") await this.enrolWallet();
      else await this.send(await this.signWith(pen));
      location.assign(this.words.next ?? "");
    } catch (error) {
      this.tell(error);
      this.allow(!(error instanceof OtherStatement) && !(error instanceof OtherFile));
    }
  }

  /** The key that the new one is to replace. */
  lostKey() {
    return need(this.part, "[data-replaces]", HTMLButtonElement).dataset.replaces;
  }

  /** Let the wallet show that it holds its account; the statement is signed later, with its own prompt. */
  async enrolWallet() {
    const wallet = walletHere();
    if (wallet === null) throw new Told(this.words.noWallet);
    const asked = await post(`${this.words.key}/wallet`, {});
    const { account, value } = await askWallet(wallet, asked.typed_data);
    await post(this.words.key ?? "", { kind: "wallet", challenge: asked.challenge, account: account.slice(2), value });
  }

  /** @param {string} [replaces] */
  async enrolPasskey(replaces) {
    if (!hasPasskeys()) throw new Told(this.words.noPasskey);
    const options = await post(`${this.words.key}/options`, {});
    const credential = await makePasskey(options.publicKey ?? options);
    await post(this.words.key ?? "", { kind: "passkey", credential, ...(replaces ? { replaces } : {}) });
  }

  /**
   * @param {string} pen
   * @returns {Promise<Record<string, unknown>>}
   */
  async signWith(pen) {
    if (pen === "one-time-key") return this.signOnce();
    const { issued, statement } = this.ready?.pen === pen ? this.ready : await this.fetchStatement(pen);
    if (pen === "wallet") {
      const wallet = walletHere();
      if (wallet === null || !issued.typed_data) throw new Told(this.words.noWallet);
      return { pen, statement: issued.statement, value: (await askWallet(wallet, issued.typed_data)).value };
    }
    if (!hasPasskeys()) throw new Told(this.words.noPasskey);
    const asked = { challenge: statement.digest, rpId: issued.rp_id, ids: issued.credential_ids ?? [] };
    return { pen, statement: issued.statement, credential: await askPasskey(asked) };
  }

  /** Make a key, have it certified, and use it: its private half is gone when this page is left. */
  async signOnce() {
    const pen = "one-time-key";
    this.oneTimeKey ??= await makeKey();
    await post(this.words.key ?? "", { kind: pen, request: await certificateRequest(this.oneTimeKey) });
    const { issued, statement } = await this.fetchStatement(pen);
    const value = hex(await signBytes(this.oneTimeKey, statement.bytes));
    return { pen, statement: issued.statement, value };
  }

  /** @param {Record<string, unknown>} signature */
  async send(signature) {
    say(this.status, this.words.sending);
    await post(this.words.signatures ?? "", signature);
  }

  /** @param {unknown} error */
  tell(error) {
    say(this.status, this.wordsFor(error), "wrong");
  }

  /** @param {unknown} error */
  wordsFor(error) {
    if (error instanceof Told) return error.message;
    if (error instanceof OtherFile) return this.words.otherFile;
    if (error instanceof OtherStatement || error instanceof SyntaxError) return this.words.otherStatement;
    if (error instanceof Unreachable || error instanceof NotLoaded) return this.words.unreachable;
    if (error instanceof Refused) return `${this.words.failed} ${error.message}`;
    if (error instanceof DOMException || (error instanceof Object && Reflect.get(error, "code") === 4001)) return this.words.cancelled;
    return `${this.words.failed} ${String(error)}`;
  }
}

const part = document.querySelector("[data-pens]");
if (part instanceof HTMLElement) {
  const desk = new Desk(part);
  desk.open().catch((error) => desk.tell(error));
}
