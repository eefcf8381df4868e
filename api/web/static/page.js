// @ts-check
/** Finding the parts of a page, with their types. */

/**
 * @template {Element} T
 * @param {ParentNode} root
 * @param {string} selector
 * @param {new () => T} kind
 * @returns {T}
 */
export function need(root, selector, kind) {
  const found = root.querySelector(selector);
  if (!(found instanceof kind)) throw new TypeError(`the page has no ${selector}`);
  return found;
}

/**
 * Say something in a status line.
 * @param {HTMLElement} line
 * @param {string | undefined} text
 * @param {"" | "good" | "wrong"} [mood]
 */
export function say(line, text, mood = "") {
  line.textContent = text ?? "";
  line.classList.toggle("good", mood === "good");
  line.classList.toggle("wrong", mood === "wrong");
}
