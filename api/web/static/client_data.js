// @ts-check
/**
 * Reading what a browser says about a passkey's ceremony, by the small rule that the Python verifier and the contract share
 * (docs/formats/passkey-signature.md, rules 4 to 6): members are found at the top level, each at most once; no backslash; others
 * are passed over. The JSON is read and never built again.
 */

const KNOWN = new Set(["type", "challenge", "origin", "crossOrigin", "topOrigin"]);
const PRINTABLE = /^[ -~]+$/;

/** @typedef {{type: string, isSameOrigin: boolean, challenge: string | undefined, origin: string | undefined}} ClientData */

/**
 * Return the members that count, those of text that are none left out; nothing for what no browser writes.
 * @param {Uint8Array} bytes
 * @returns {ClientData | undefined}
 */
export function readClientData(bytes) {
  // one character for each byte: places are those of the bytes, whatever the text of other members
  const data = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  const members = membersOf(data);
  const [type, challenge, origin] = [members?.get("type"), members?.get("challenge"), members?.get("origin")].map(textOf);
  if (members === undefined || type === undefined) return undefined;
  const isSameOrigin = (members.get("crossOrigin") ?? "false") === "false" && !members.has("topOrigin");
  return { type, isSameOrigin, challenge, origin: PRINTABLE.test(origin ?? "") ? origin : undefined };
}

/** @param {string} data */
function membersOf(data) {
  const end = data.length - 1;
  if (data.includes("\\") || data[0] !== "{" || data[end] !== "}") return undefined;
  /** @type {Map<string, string>} */
  const found = new Map();
  for (let place = 1; place < end; ) {
    const nameEnd = textEnd(data, place);
    if (nameEnd < 0 || data[nameEnd] !== ":") return undefined;
    const valueEnd = endOfValue(data, nameEnd + 1, end);
    if (valueEnd < 0) return undefined;
    const name = data.slice(place + 1, nameEnd - 1);
    if (KNOWN.has(name)) {
      if (found.has(name)) return undefined;
      found.set(name, data.slice(nameEnd + 1, valueEnd));
    }
    place = valueEnd + 1;
  }
  return found;
}

/** Where the text that starts here ends, behind its closing quote; -1 for no text. @param {string} data @param {number} start */
function textEnd(data, start) {
  const end = data[start] === '"' ? data.indexOf('"', start + 1) : -1;
  return end < 0 ? -1 : end + 1;
}

/** Where the value that starts here ends: at the comma on its own level, or at the end. @param {string} data @param {number} start @param {number} end */
function endOfValue(data, start, end) {
  let depth = 0;
  for (let place = start; place < end; ) {
    const letter = data[place] ?? "";
    if (letter === '"') {
      place = textEnd(data, place);
      if (place < 0) return -1;
      continue;
    }
    if (letter === "," && depth === 0) return place;
    if ("{[".includes(letter)) depth += 1;
    if ("}]".includes(letter)) depth -= 1;
    if (depth < 0) return -1;
    place += 1;
  }
  return depth === 0 ? end : -1;
}

/** @param {string | undefined} value */
function textOf(value) {
  return value !== undefined && value.length >= 2 && value.startsWith('"') ? value.slice(1, -1) : undefined;
}
