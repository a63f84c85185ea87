/** Codes of the API in the words that people read. */

const TRIGGERS: Record<string, string> = {
  api: "API",
  manual: "By hand",
  schedule: "Schedule",
  webhook: "Webhook",
  replay: "Replay",
  child: "Another workflow",
  chat: "Chat",
  form: "Form",
  mcp: "MCP",
};

export const titled = (text: string) => text.charAt(0).toUpperCase() + text.slice(1).replaceAll("_", " ");

/** Words that begin like a sentence, and end like one. */
export const sentence = (words: string) =>
  `${words.charAt(0).toUpperCase()}${words.slice(1)}${/[.!?]$/.test(words) ? "" : "."}`;

/** What a run was begun by. */
export const triggerWord = (code: string) => TRIGGERS[code] ?? titled(code);

const THINGS: Record<string, string> = {
  user: "account",
  member: "member",
  group: "permission group",
  key: "API key",
  file_folder: "folder of files",
  permission: "rights in a workspace",
};
const VERBS: Record<string, string> = {
  create: "Made",
  add: "Added",
  replace: "Replaced",
  change: "Changed",
  delete: "Deleted",
  remove: "Removed",
  restore: "Restored",
  set: "Set",
  rename: "Renamed",
  share: "Shared",
  unshare: "Stopped sharing",
  connect: "Connected",
  reconnect: "Connected again:",
  revoke: "Revoked",
  withdraw: "Withdrew",
  resend: "Sent again:",
  accept: "Accepted",
  leave: "Left",
  import: "Pasted",
  transfer: "Handed over",
  enable: "Let in again:",
  disable: "Shut out",
};
const ACTS: Record<string, string> = {
  "session.sign_in": "Signed in",
  "session.sign_out": "Signed out",
  "session.refused": "Was refused to sign in",
  "session.end": "Ended a session",
  "session.end_all": "Signed out everywhere",
  "session.end_organization": "Signed everybody out",
  "user.sign_up": "Signed up",
  "user.password": "Changed the password",
  "user.reset_password": "Reset the password",
  "user.email": "Changed the e-mail address",
  "user.totp_on": "Set up a second factor",
  "user.totp_off": "Took the second factor away",
  "member.role": "Changed a member's role",
  "member.leave": "Left the organization",
  "permission.leave": "Left a workspace",
  "file.upload": "Uploaded a file",
  "file.change": "Renamed or moved a file",
  "file_folder.change": "Renamed or moved a folder of files",
  "secret.import": "Pasted secrets",
  "model_key.order": "Chose how model keys are asked",
  "field.assist": "Had a model write a field",
};

const a = (thing: string) => (thing.startsWith("rights") ? "" : /^[aeiou]/i.test(thing) ? "an " : "a ");

/** What was done, in words: `key.create` is read as "Made an API key", `seat.fold_up` as "Seat: fold up". */
export function actWords(code: string): string {
  const [thing = "", verb = ""] = code.split(".");
  const said = VERBS[verb];
  const named = THINGS[thing] ?? thing.replaceAll("_", " ");
  return ACTS[code] ?? (said ? `${said} ${a(named)}${named}` : titled(code.replace(".", ": ")));
}

/** So many of something: `counted(1, "field")` is "1 field". */
export const counted = (count: number, one: string, many = `${one}s`) =>
  `${count.toLocaleString()} ${count === 1 ? one : many}`;

/** A value that holds nothing to show. */
export const isNothing = (value: unknown) =>
  value === null || value === undefined || (typeof value === "object" && !Object.keys(value).length);
