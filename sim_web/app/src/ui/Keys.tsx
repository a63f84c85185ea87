const MAC = /Mac|iPhone|iPad/.test(navigator.userAgent);
const SIGNS: Record<string, string> = MAC
  ? { Mod: "⌘", Shift: "⇧", Alt: "⌥", Backspace: "⌫", Enter: "↵" }
  : { Mod: "Ctrl", Backspace: "Del" };

/** A shortcut as people read it: `Mod+K` is ⌘K or Ctrl K. */
export function Keys({ keys }: { keys: string }) {
  return (
    <kbd className="font-sans text-xs text-soft">
      {keys
        .split("+")
        .map((part) => SIGNS[part] ?? (part.length > 1 ? part : part.toUpperCase()))
        .join(MAC ? "" : " ")}
    </kbd>
  );
}
