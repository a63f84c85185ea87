import { useEffect } from "react";

/** Escape ends what goes on, unless it closed a menu or a dialog just now. */
export function useEscape(end: () => void, isOn = true): void {
  useEffect(() => {
    if (!isOn) return;
    const press = (event: KeyboardEvent) => {
      if (event.key === "Escape" && !event.defaultPrevented) end();
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, [end, isOn]);
}
