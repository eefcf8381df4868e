// @ts-check
/**
 * Shows the contract: the buffer whose hash was compared is the buffer that is drawn, page by page as they come into view.
 *
 * Promises: nothing is drawn unless SHA-256 and length are those that the page announced, and the way on is closed then.
 */

import { NotLoaded, OtherFile, fetchContract } from "./contract.js";
import { need, say } from "./page.js";
import { DRAW_ANNOTATIONS, openPdf } from "./pdfjs.js";

/** @import {Pdf, Text} from "./pdfjs.js" */

const SIZES = [1, 1.4, 2, 2.8];
const MOST_PIXELS = 5_000_000; // per page: phones give up on larger canvases

/** One contract on the page. */
class Reader {
  /** @param {HTMLElement} part */
  constructor(part) {
    this.part = part;
    this.words = part.dataset;
    this.status = need(part, "[data-status]", HTMLElement);
    this.sheets = need(part, "[data-sheets]", HTMLElement);
    this.size = 0;
    /** @type {Set<Element>} */
    this.inView = new Set();
    /** @type {number[]} */
    this.seconds = [];
    /** @type {Pdf | null} */
    this.pdf = null;
    /** @type {IntersectionObserver | null} */
    this.observer = null;
  }

  async open() {
    say(this.status, this.words.checking);
    const expected = { sha256: this.words.sha256 ?? "", bytes: Number(this.words.bytes) };
    const data = await fetchContract(this.words.source ?? "", expected);
    say(this.status, this.words.same, "good");
    try {
      this.pdf = await openPdf(data, { worker: this.words.worker ?? "", folder: this.words.folder ?? "" });
      this.seconds = Array.from({ length: this.pdf.numPages }, () => 0);
      setInterval(() => this.tick(), 1000);
      await this.lay();
      await this.write();
    } catch {
      this.part.classList.add("closed");
      say(this.status, this.words.notDrawn, "wrong");
    }
  }

  /** Put empty sheets in their places; each is drawn when it comes near. */
  async lay() {
    const { pdf } = this;
    if (pdf === null) return;
    this.observer?.disconnect();
    this.inView.clear();
    this.sheets.replaceChildren();
    this.sheets.hidden = false;
    need(this.part, "[data-bar]", HTMLElement).hidden = false;
    const width = Math.floor(this.sheets.clientWidth - 18) * (SIZES[this.size] ?? 1);
    const observer = new IntersectionObserver((found) => this.look(found), { root: this.sheets, threshold: [0, 0.25] });
    this.observer = observer;
    for (let number = 1; number <= pdf.numPages; number += 1) {
      const sheet = await this.sheet(number, width);
      this.sheets.append(sheet);
      observer.observe(sheet);
    }
    this.tell();
  }

  /**
   * @param {number} number
   * @param {number} width
   */
  async sheet(number, width) {
    const page = await this.page(number);
    const natural = page.getViewport({ scale: 1 });
    const sheet = document.createElement("figure");
    sheet.className = "sheet";
    sheet.dataset.number = String(number);
    sheet.style.width = `${width}px`;
    const canvas = document.createElement("canvas");
    canvas.width = Math.floor(width);
    canvas.height = Math.floor((width * natural.height) / natural.width);
    canvas.setAttribute("aria-hidden", "true");
    const caption = document.createElement("figcaption");
    caption.textContent = this.pageWords(number);
    sheet.append(canvas, caption);
    return sheet;
  }

  /** @param {IntersectionObserverEntry[]} found */
  look(found) {
    for (const { target, isIntersecting, intersectionRect } of found) {
      if (!(target instanceof HTMLElement)) continue;
      if (isIntersecting && target.dataset.drawn === undefined) void this.draw(target, Number(target.dataset.number));
      if (isIntersecting && intersectionRect.height > 0) this.inView.add(target);
      else this.inView.delete(target);
    }
    for (const one of this.inView) if (this.secondsOf(one) === 0) this.count(one);
    this.tell();
  }

  /** Another second has gone by over what is in view: as a picture, or as text. */
  tick() {
    if (document.visibilityState === "visible") for (const one of this.inView) this.count(one);
    this.tell();
  }

  /** @param {Element} one */
  secondsOf(one) {
    return one instanceof HTMLElement ? (this.seconds[Number(one.dataset.number) - 1] ?? 0) : 0;
  }

  /** @param {Element} one */
  count(one) {
    if (one instanceof HTMLElement) this.seconds[Number(one.dataset.number) - 1] = this.secondsOf(one) + 1;
  }

  /**
   * @param {HTMLElement} sheet
   * @param {number} number
   */
  async draw(sheet, number) {
    sheet.dataset.drawn = "";
    const page = await this.page(number);
    const canvas = need(sheet, "canvas", HTMLCanvasElement);
    const natural = page.getViewport({ scale: 1 });
    const wanted = (canvas.width * Math.max(1, globalThis.devicePixelRatio)) / natural.width;
    const most = Math.sqrt(MOST_PIXELS / (natural.width * natural.height));
    const viewport = page.getViewport({ scale: Math.min(wanted, most) });
    canvas.width = Math.floor(viewport.width);
    canvas.height = Math.floor(viewport.height);
    await page.render({ canvas, viewport, annotationMode: DRAW_ANNOTATIONS }).promise;
    sheet.dataset.drawn = "done";
  }

  /** The same pages as text. */
  async write() {
    const { pdf } = this;
    if (pdf === null) return;
    const place = need(this.part, "[data-text-pages]", HTMLElement);
    const observer = new IntersectionObserver((found) => this.look(found), { threshold: [0, 0.25] });
    for (let number = 1; number <= pdf.numPages; number += 1) {
      const section = document.createElement("section");
      section.dataset.number = String(number);
      section.dataset.drawn = "text";
      const heading = document.createElement("h3");
      heading.textContent = this.pageWords(number);
      section.append(heading, ...paragraphs(await (await this.page(number)).getTextContent()));
      place.append(section);
      observer.observe(section);
    }
    need(this.part, "[data-text]", HTMLElement).hidden = false;
  }

  /** @param {number} number */
  async page(number) {
    if (this.pdf === null) throw new TypeError("no contract is open");
    return this.pdf.getPage(number);
  }

  /** Say how far the reader is; the way on opens with the last page. */
  tell() {
    const seen = this.seconds.filter((count) => count > 0).length;
    const words = (this.words.progress ?? "").replace("{seen}", String(seen)).replace("{count}", String(this.seconds.length));
    need(this.part, "[data-progress]", HTMLElement).textContent = words;
    const field = document.querySelector("[data-page-seconds]");
    if (field instanceof HTMLInputElement) field.value = this.seconds.join(" ");
    const onward = document.querySelector("[data-go-on]");
    if (onward instanceof HTMLButtonElement) onward.disabled = (this.seconds.at(-1) ?? 0) === 0;
  }

  /** @param {number} number */
  pageWords(number) {
    return (this.words.page ?? "").replace("{page}", String(number)).replace("{count}", String(this.pdf?.numPages ?? 0));
  }

  /** @param {number} by */
  resize(by) {
    this.size = Math.min(SIZES.length - 1, Math.max(0, this.size + by));
    void this.lay();
  }
}

/** @param {Text} text */
function paragraphs(text) {
  const lines = text.items.map((item) => (item.str ?? "") + (item.hasEOL ? "\n" : "")).join("");
  return lines
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => {
      const paragraph = document.createElement("p");
      paragraph.textContent = line;
      return paragraph;
    });
}

/** Close every way on: a file that is not the right one, or that nobody has seen, must not be agreed to or signed. */
function close() {
  for (const button of document.querySelectorAll("main form button[type=submit]")) {
    if (button instanceof HTMLButtonElement) button.disabled = true;
  }
}

/** @param {HTMLElement} part */
async function start(part) {
  const reader = new Reader(part);
  const onward = document.querySelector("[data-go-on]");
  if (onward instanceof HTMLButtonElement) onward.disabled = true;
  need(part, "[data-larger]", HTMLButtonElement).addEventListener("click", () => reader.resize(1));
  need(part, "[data-smaller]", HTMLButtonElement).addEventListener("click", () => reader.resize(-1));
  try {
    await reader.open();
  } catch (error) {
    part.classList.add("closed");
    if (error instanceof OtherFile) {
      close();
      say(reader.status, part.dataset.other, "wrong");
    } else if (error instanceof NotLoaded) {
      say(reader.status, part.dataset.notLoaded, "wrong");
    } else {
      throw error;
    }
  }
}

if (globalThis.crypto?.subtle !== undefined) {
  for (const part of document.querySelectorAll("[data-viewer]")) if (part instanceof HTMLElement) void start(part);
}
