/** What stands for a person where there is no picture: a colour and initials, the same wherever they are shown. */

/** White is read on each of them, and each is told from the page, by day and by night. */
export const COLORS = [
  "#c2410c",
  "#0f766e",
  "#7e22ce",
  "#be185d",
  "#1d4ed8",
  "#4d7c0f",
  "#a16207",
  "#0e7490",
  "#b91c1c",
  "#4338ca",
  "#15803d",
  "#6b7280",
] as const;

/** Which of the colours is somebody's own. */
export function ownColor(id: string): number {
  let sum = 0;
  for (const letter of id) sum = (sum * 31 + letter.charCodeAt(0)) >>> 0;
  return sum % COLORS.length;
}

export const initials = (name: string) => {
  const words = name.trim().split(/\s+/);
  const last = words.length > 1 ? (words.at(-1)?.[0] ?? "") : "";
  return ((words[0]?.[0] ?? "?") + last).toUpperCase();
};
