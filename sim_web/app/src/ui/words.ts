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

/** `session.sign_in` is read as "Session: sign in". */
export const actWords = (code: string) => titled(code.replace(".", ": "));

/** So many of something: `counted(1, "field")` is "1 field". */
export const counted = (count: number, one: string, many = `${one}s`) =>
  `${count.toLocaleString()} ${count === 1 ? one : many}`;
