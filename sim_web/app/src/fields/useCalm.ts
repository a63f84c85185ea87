/** A text a moment after the last key, so that nobody is asked for every letter. */

import { useEffect, useState } from "react";

export function useCalm(text: string, ms = 250) {
  const [calm, setCalm] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setCalm(text), ms);
    return () => clearTimeout(timer);
  }, [text, ms]);
  return calm;
}
