/** Why another provider's sign-in came to nothing, in words: the server leads back here with a code. */

const WORDS: Record<string, string> = {
  signup_closed: "There is no account with that address here, and none can be made without an invitation.",
  email_domain: "Addresses of that domain may not make an account here.",
  email_unverified: "That provider has not verified your address; sign in otherwise.",
  identity_taken: "Somebody else here signs in as that person.",
  disabled: "This account is disabled; ask whoever runs this instance.",
  login_state: "That sign-in was begun in another browser; begin again.",
  ticket: "That sign-in was begun too long ago; begin again.",
  unreachable: "The provider did not answer; try again in a minute.",
};

/** The words for what the address says, if it says that something was refused. */
export function refusalIn(search: string): string {
  const code = new URLSearchParams(search).get("refused");
  return code ? (WORDS[code] ?? "The provider did not let you in; try again, or sign in otherwise.") : "";
}
