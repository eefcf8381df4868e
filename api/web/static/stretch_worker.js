// @ts-check
/** Argon2id in a thread of its own, so that the page stays alive: takes a message and the epoch's costs, says how far it is. */

import { argon2id } from "./vendor/noble-hashes/argon2.js";

const STRETCHED_BYTES = 32;

self.addEventListener("message", (/** @type {MessageEvent} */ event) => {
  const { message, salt, memoryKib, passes } = event.data;
  const stretched = argon2id(message, salt, {
    t: passes,
    m: memoryKib,
    p: 1,
    dkLen: STRETCHED_BYTES,
    onProgress: (/** @type {number} */ share) => self.postMessage({ share }),
  });
  self.postMessage({ stretched });
});
