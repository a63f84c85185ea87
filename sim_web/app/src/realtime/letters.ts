/** Which signs names and ids may be written with, and what of a name references compare; as on the server. */

const LINES = "\\u{0}-\\u{1f}\\u{7f}-\\u{9f}\\u{2028}\\u{2029}";
const DIRECTIONS = "\\u{61c}\\u{200e}\\u{200f}\\u{202a}-\\u{202e}\\u{2066}-\\u{2069}";
const BLANKS =
  "\\u{ad}\\u{34f}\\u{115f}\\u{1160}\\u{17b4}\\u{17b5}\\u{200b}\\u{2060}-\\u{2065}\\u{206a}-\\u{206f}\\u{3164}\\u{feff}\\u{ffa0}\\u{fff0}-\\u{fffb}";
const SHORTHAND = "\\u{1bca0}-\\u{1bca3}\\u{1d173}-\\u{1d17a}\\u{e0000}-\\u{e00ff}\\u{e01f0}-\\u{e0fff}";
const NOBODYS = "\\p{Cs}\\p{Co}\\p{Noncharacter_Code_Point}";
const UNSEEN = new RegExp(`[${LINES}${DIRECTIONS}${BLANKS}${SHORTHAND}${NOBODYS}]`, "u");
const ALL_UNSEEN = new RegExp(UNSEEN.source, "gu");
const SPACES = /\s+/g;
const FLAG = /\u{1f3f4}[\u{e0030}-\u{e0039}\u{e0061}-\u{e007a}]{3,6}\u{e007f}/gu;
const SHAPING = /[\u180b-\u180f\u200c]|\u200d|[\ufe00-\ufe0f]|[\u{e0100}-\u{e01ef}]/gu;
// biome-ignore lint/suspicious/noControlCharactersInRegex: white space as Python's `split` knows it
const SPACE = /[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000.]+/g;
/** Names whose keys are remembered. */
const MOST = 20_000;

const keys = new Map<string, string>();

/** Whether a text stands on one line and has no sign in it that cannot be seen or turns others around. */
export const isVisible = (text: string): boolean => !UNSEEN.test(text.replace(FLAG, ""));

/** A name without spaces around it, and without what cannot be seen of it. */
export const visible = (name: string): string =>
  (isVisible(name) ? name : name.replace(SPACES, " ").replace(ALL_UNSEEN, "")).trim();

/** A name as references know it: small letters, no white space, no dots, nothing that only shapes its neighbours. */
export function nameKey(name: string): string {
  let key = keys.get(name);
  if (key === undefined) {
    key = name.replace(SHAPING, "").toLowerCase().normalize("NFC").replace(SPACE, "");
    if (keys.size > MOST) keys.clear();
    keys.set(name, key);
  }
  return key;
}
