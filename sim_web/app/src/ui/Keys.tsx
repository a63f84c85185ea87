const MAC = /Mac|iPhone|iPad/.test(navigator.userAgent);
const SIGNS: Record<string, string> = MAC
  ? { Mod: "⌘", Shift: "⇧", Alt: "⌥", Backspace: "⌫", Enter: "↵" }
  : { Mod: "Ctrl", Backspace: "Del" };

/** A shortcut as people read it: `Mod+K` is ⌘K or Ctrl K. */
export function Keys({ keys }: { keys: string }) {
  return (
    <kbd className="shrink-0 font-sans text-xs whitespace-nowrap text-soft">
      {keys
        .split("+")
        .map((part) => SIGNS[part] ?? (part.length > 1 ? part : part.toUpperCase()))
        .join(MAC ? "" : " ")}
    </kbd>
  );
}
