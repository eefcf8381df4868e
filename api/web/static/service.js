// @ts-check
/** Asking this service in JSON. */

/** The service did not answer. */
export class Unreachable extends Error {}

/** The service said no; the message is its sentence for people, where it gave one. */
export class Refused extends Error {}

/**
 * @param {string} address
 * @param {unknown} body
 * @param {(body: unknown) => string} [write] how the body becomes text, where its exact bytes matter
 * @returns {Promise<any>}
 */
export async function post(address, body, write = JSON.stringify) {
  /** @type {Response} */
  let answer;
  try {
    answer = await fetch(address, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json" },
      body: write(body),
    });
  } catch (error) {
    throw new Unreachable(String(error));
  }
  const told = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refused(told.words ?? told.detail ?? String(answer.status));
  return told;
}
