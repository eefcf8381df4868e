// @ts-check
/**
 * Identifiers in their one spelling, as ledger/core/blacklist/identifiers.py makes it (docs/formats/subject.md); a test holds the two
 * against each other. No error holds any part of what was typed.
 */

import { ISSUING_STATES } from "./countries.js";

const MAX_CHARS = 200;
const EARLIEST_YEAR = 1880;
const IGNORED = /[\s\p{Cf}\p{Cc}]/u;
const MASKS = new Set("*•●○■□#?×※…");
const DASHES = "-‐‑‒–—―−";
const BETWEEN_DIGITS = `${DASHES}_`;
const WRITTEN_IN_PHONES = `${DASHES}().·/`;
const REGIONS = new Set(
  "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83".split(" "),
);
const ID_WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const ID_CHECKS = "10X98765432";
const CODE_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"; // without I, O, S, V, Z
const CN_MOBILE = /^1[3-9][0-9]{9}$/;
const CN_LANDLINE = /^(10|2[0-9]|[3-9][0-9]{2})[0-9]{7,8}$/;
const E164 = /^\+[1-9][0-9]{6,14}$/;
const PASSPORT = /^(?:([A-Z]{3})[:/,|]?|(D)[:/,|])(.*)$/s;
const PASSPORT_NUMBER = /^[A-Z0-9]{5,12}$/;
const CN_PASSPORT = /^[A-Z][A-HJ-NP-Z0-9][0-9]{7}$/;

/** An identifier that breaks a rule; `code` says which. */
export class BadIdentifier extends Error {
  /** @param {string} reason */
  constructor(reason) {
    super(`identifier.${reason}`);
    this.code = `identifier.${reason}`;
  }
}

/** @type {Record<string, (text: string, today: string) => string>} */
const RULES = { "cn-id": identityNumber, "cn-uscc": creditCode, phone, passport, "bank-card": bankCard };

/**
 * Return the one spelling of an identifier; throw BadIdentifier.
 * @param {string} kind
 * @param {string} text
 * @param {string} today a date, as 2026-11-26
 */
export function parseIdentifier(kind, text, today) {
  const rule = RULES[kind];
  if (!rule) throw new BadIdentifier("kind");
  return rule(text, today);
}

/**
 * Return the bytes from which a subject's token is made.
 * @param {string} kind
 * @param {string} value
 */
export function subjectBytes(kind, value) {
  return new TextEncoder().encode(`tally/subject/v1\n${kind}\n${value}`);
}

/**
 * @param {string} text
 * @param {string} drop
 */
function clean(text, drop) {
  if ([...text].length > MAX_CHARS) throw new BadIdentifier("too-long");
  const kept = [...text.normalize("NFKC")].filter((one) => !IGNORED.test(one) && !drop.includes(one));
  if (kept.length === 0) throw new BadIdentifier("empty");
  if (kept.some((one) => MASKS.has(one))) throw new BadIdentifier("masked");
  return kept.join("");
}

/** @param {string} text */
function digitsOnly(text) {
  if (!/^[0-9]+$/.test(text)) throw new BadIdentifier("characters");
  return text;
}

/**
 * @param {string} digits year, month and day
 * @param {string} today
 */
function checkDate(digits, today) {
  const written = `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6, 8)}`;
  const found = new Date(`${written}T00:00:00Z`);
  const isReal = !Number.isNaN(found.getTime()) && found.toISOString().slice(0, 10) === written;
  if (!isReal || Number(digits.slice(0, 4)) < EARLIEST_YEAR || written > today) throw new BadIdentifier("date");
}

/** @param {string} value */
function identityCheck(value) {
  const sum = ID_WEIGHTS.reduce((total, weight, place) => total + weight * Number(value[place]), 0);
  return ID_CHECKS[sum % 11];
}

/**
 * @param {string} text
 * @param {string} today
 */
function identityNumber(text, today) {
  let value = clean(text, BETWEEN_DIGITS).toUpperCase();
  if ([...value].length === 15) {
    value = `${digitsOnly(value).slice(0, 6)}19${value.slice(6)}`;
    value += identityCheck(value);
  }
  if ([...value].length !== 18) throw new BadIdentifier("length");
  if (value.slice(0, -1).includes("X")) throw new BadIdentifier("masked");
  digitsOnly(value.slice(0, -1));
  if (!REGIONS.has(value.slice(0, 2))) throw new BadIdentifier("region");
  checkDate(value.slice(6, 14), today);
  if (value.at(-1) !== identityCheck(value)) throw new BadIdentifier("check-digit");
  return value;
}

/** @param {string} text */
function creditCode(text) {
  const value = clean(text, BETWEEN_DIGITS).toUpperCase();
  if ([...value].length !== 18) throw new BadIdentifier("length");
  if ([...value].some((one) => !CODE_ALPHABET.includes(one))) throw new BadIdentifier("characters");
  digitsOnly(value.slice(2, 8));
  const region = value.slice(2, 4);
  if (!REGIONS.has(region) && region !== "10") throw new BadIdentifier("region");
  let weight = 1;
  let total = 0;
  for (const one of value.slice(0, 17)) {
    total += CODE_ALPHABET.indexOf(one) * weight;
    weight = (weight * 3) % 31;
  }
  if (value.at(-1) !== CODE_ALPHABET[(31 - (total % 31)) % 31]) throw new BadIdentifier("check-digit");
  return value;
}

/** @param {string} text */
function phone(text) {
  let value = clean(text, WRITTEN_IN_PHONES);
  if (value.startsWith("00")) value = `+${value.slice(2)}`;
  if (!value.startsWith("+")) {
    const bare = value.startsWith("86") ? value.slice(2) : value;
    if (!CN_MOBILE.test(bare)) throw new BadIdentifier("country");
    value = `+86${bare}`;
  }
  if (!E164.test(value)) throw new BadIdentifier("form");
  const national = value.startsWith("+86") ? value.slice(3) : null;
  if (national !== null && !CN_MOBILE.test(national) && !CN_LANDLINE.test(national)) throw new BadIdentifier("form");
  return value;
}

/** @param {string} text */
function passport(text) {
  const found = PASSPORT.exec(clean(text, `${DASHES}<`).toUpperCase());
  const country = ISSUING_STATES.get(found?.[1] ?? found?.[2] ?? "");
  if (!found || !country) throw new BadIdentifier("country");
  const number = found[3] ?? "";
  if (!PASSPORT_NUMBER.test(number)) throw new BadIdentifier("form");
  if (country === "CHN" && !CN_PASSPORT.test(number)) throw new BadIdentifier("form");
  return `${country}:${number}`;
}

/** @param {string} text */
function bankCard(text) {
  const value = digitsOnly(clean(text, DASHES));
  if (value.length < 12 || value.length > 19) throw new BadIdentifier("length");
  if (new Set(value).size === 1) throw new BadIdentifier("placeholder");
  let sum = 0;
  [...value].reverse().forEach((digit, place) => {
    const doubled = Number(digit) * (place % 2 === 0 ? 1 : 2);
    sum += doubled > 9 ? doubled - 9 : doubled;
  });
  if (sum % 10 !== 0) throw new BadIdentifier("check-digit");
  return value;
}
