// @ts-check
/** Passkeys: the service's options in JSON to the browser's form, and the browser's answers back (WebAuthn level 3). */

import { fromBase64, toBase64Url } from "./bytes.js";

const TIMEOUT_MILLISECONDS = 120_000;

/** @typedef {{id: string, type: "public-key", transports?: AuthenticatorTransport[]}} DescriptorJson */
/** @typedef {{rp: {id?: string, name: string}, user: {id: string, name: string, displayName: string}, challenge: string, pubKeyCredParams: PublicKeyCredentialParameters[], excludeCredentials?: DescriptorJson[], authenticatorSelection?: AuthenticatorSelectionCriteria, attestation?: AttestationConveyancePreference}} CreationJson */
/** @typedef {{challenge: Uint8Array<ArrayBuffer>, rpId: string | undefined, ids: string[]}} Asked */

export function hasPasskeys() {
  return globalThis.PublicKeyCredential !== undefined;
}

/**
 * Make a passkey on this device.
 * @param {CreationJson} options
 */
export async function makePasskey(options) {
  const made = await navigator.credentials.create({
    publicKey: {
      ...options,
      user: { ...options.user, id: fromBase64(options.user.id) },
      challenge: fromBase64(options.challenge),
      excludeCredentials: (options.excludeCredentials ?? []).map((one) => ({ ...one, id: fromBase64(one.id) })),
      timeout: TIMEOUT_MILLISECONDS,
    },
  });
  if (!(made instanceof PublicKeyCredential) || !(made.response instanceof AuthenticatorAttestationResponse)) {
    throw new TypeError("expected a new public-key credential");
  }
  return {
    id: made.id,
    rawId: toBase64Url(made.rawId),
    type: made.type,
    response: {
      clientDataJSON: toBase64Url(made.response.clientDataJSON),
      attestationObject: toBase64Url(made.response.attestationObject),
      transports: made.response.getTransports?.() ?? [],
    },
    clientExtensionResults: {},
  };
}

/**
 * Let the person confirm with a passkey; the challenge is what they sign.
 * @param {Asked} asked
 */
export async function askPasskey({ challenge, rpId, ids }) {
  const answer = await navigator.credentials.get({
    publicKey: {
      challenge,
      ...(rpId === undefined ? {} : { rpId }),
      allowCredentials: ids.map((id) => ({ type: /** @type {const} */ ("public-key"), id: fromBase64(id) })),
      userVerification: "required",
      timeout: TIMEOUT_MILLISECONDS,
    },
  });
  if (!(answer instanceof PublicKeyCredential) || !(answer.response instanceof AuthenticatorAssertionResponse)) {
    throw new TypeError("expected an assertion");
  }
  const { authenticatorData, clientDataJSON, signature, userHandle } = answer.response;
  return {
    id: answer.id,
    rawId: toBase64Url(answer.rawId),
    type: answer.type,
    response: {
      authenticatorData: toBase64Url(authenticatorData),
      clientDataJSON: toBase64Url(clientDataJSON),
      signature: toBase64Url(signature),
      userHandle: userHandle === null ? null : toBase64Url(userHandle),
    },
    clientExtensionResults: {},
  };
}
