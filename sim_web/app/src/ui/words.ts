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

/** What a run was begun by. */
export const triggerWord = (code: string) => TRIGGERS[code] ?? titled(code);

/** `session.sign_in` is read as "Session: sign in". */
export const actWords = (code: string) => titled(code.replace(".", ": "));

/** So many of something: `counted(1, "field")` is "1 field". */
export const counted = (count: number, one: string, many = `${one}s`) =>
  `${count.toLocaleString()} ${count === 1 ? one : many}`;

/** A value that holds nothing to show. */
export const isNothing = (value: unknown) =>
  value === null || value === undefined || (typeof value === "object" && !Object.keys(value).length);
