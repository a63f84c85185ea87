import { useState } from "react";

/** What somebody picked stands until it is known what came of it, however long the server takes. */
export function usePicked(value: string, onPick: (next: string) => unknown) {
  const [picked, setPicked] = useState<string>();
  const pick = async (next: string) => {
    setPicked(next);
    await onPick(next);
    setPicked((was) => (was === next ? undefined : was));
  };
  return [picked ?? value, (next: string) => void pick(next)] as const;
}
