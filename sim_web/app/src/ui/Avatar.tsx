const HUES = ["#4f46e5", "#0f766e", "#b45309", "#be185d", "#4d7c0f", "#0369a1", "#7e22ce", "#b91c1c"];

const hueOf = (name: string) => {
  let sum = 0;
  for (const letter of name) sum = (sum * 31 + letter.charCodeAt(0)) >>> 0;
  return HUES[sum % HUES.length];
};

/** A person's initials on a colour of their own. */
export function Avatar({ name, size = 24 }: { name: string; size?: number }) {
  const words = name.trim().split(/\s+/);
  const initials = ((words[0]?.[0] ?? "?") + (words.length > 1 ? (words.at(-1)?.[0] ?? "") : "")).toUpperCase();
  return (
    <span
      aria-hidden
      className="grid shrink-0 place-items-center rounded-full font-semibold text-white"
      style={{ width: size, height: size, background: hueOf(name), fontSize: size * 0.4 }}
    >
      {initials}
    </span>
  );
}
