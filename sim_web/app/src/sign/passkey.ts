/** Passkeys: what the browser is asked, and what it answers. */

import { write } from "../api/client";
import type { Options, Passkey, SignedIn } from "../api/schema";

const isAddress = (host: string) => /^[\d.]+$|:/.test(host);
/** Browsers keep passkeys for names, not for bare addresses. */
export const hasPasskeys = () =>
  typeof PublicKeyCredential !== "undefined" &&
  "parseRequestOptionsFromJSON" in PublicKeyCredential &&
  !isAddress(location.hostname);

/** What a browser says when somebody changes their mind, or nothing fits, in our words. */
async function gently<T>(asked: Promise<T>): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    const name = error instanceof DOMException ? error.name : "";
    if (name === "NotAllowedError") throw new Error("No passkey was given.");
    if (name === "InvalidStateError") throw new Error("This device has a passkey for this account already.");
    throw error;
  }
}

const json = (credential: Credential | null) => (credential as PublicKeyCredential | null)?.toJSON();

/** Have the browser show a passkey of this site. */
export async function showPasskey() {
  const { ticket, options } = await write<Options>("POST", "/auth/passkeys/options");
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options as never);
  return { ticket, credential: json(await gently(navigator.credentials.get({ publicKey }))) };
}

export const signInWithPasskey = async () => write<SignedIn>("POST", "/auth/passkeys/sign-in", await showPasskey());

/** Have the browser make a passkey, and keep it under a name. */
export async function makePasskey(name: string) {
  const { ticket, options } = await write<Options>("POST", "/me/passkeys/options");
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options as never);
  const credential = json(await gently(navigator.credentials.create({ publicKey })));
  return write<Passkey>("POST", "/me/passkeys", { ticket, credential, name });
}
