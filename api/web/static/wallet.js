// @ts-check
/** A wallet in the browser (EIP-1193): asked for one signature over typed data (EIP-712), never for anything else. */

/** @import {TypedData} from "./statement.js" */
/** @typedef {{request: (call: {method: string, params?: unknown[]}) => Promise<unknown>}} Wallet */

/** @returns {Wallet | null} */
export function walletHere() {
  const found = Reflect.get(globalThis, "ethereum");
  return typeof found?.request === "function" ? found : null;
}

/**
 * @param {Wallet} wallet
 * @param {TypedData} typed
 * @returns {Promise<{account: string, value: string}>} the account, 0x and hexadecimal, and its r, s and v (27 or 28) in hexadecimal
 */
export async function askWallet(wallet, typed) {
  const accounts = await wallet.request({ method: "eth_requestAccounts" });
  if (!Array.isArray(accounts) || typeof accounts[0] !== "string") throw new TypeError("the wallet named no account");
  const answer = await wallet.request({ method: "eth_signTypedData_v4", params: [accounts[0], JSON.stringify(typed)] });
  return { account: accounts[0].toLowerCase(), value: withRecoveryNumber(String(answer)) };
}

/**
 * Some wallets count the last byte from 0; the one accepted form counts from 27.
 * @param {string} answer
 */
function withRecoveryNumber(answer) {
  const value = answer.toLowerCase().replace(/^0x/, "");
  if (!/^[0-9a-f]{130}$/.test(value)) throw new TypeError("the wallet's answer is no signature");
  const last = Number.parseInt(value.slice(128), 16);
  return value.slice(0, 128) + (last < 27 ? last + 27 : last).toString(16).padStart(2, "0");
}
