/** What is given to a text from outside, shown in it once the hand that types rests. */

import type { EditorView } from "@codemirror/view";
import { type RefObject, useEffect, useRef } from "react";
import { describes } from "./codemirror";

const REST_MS = 300;

/** Keeps a text as `value` says; the answer is to be called with each key. A value that lags behind would take letters. */
export function useGiven(view: RefObject<EditorView | undefined>, isShared: RefObject<boolean>, value: string) {
  const typed = useRef(Number.NEGATIVE_INFINITY);
  useEffect(() => {
    const show = () => {
      const now = view.current;
      if (!now || isShared.current || now.state.doc.toString() === value) return;
      now.dispatch({ changes: { from: 0, to: now.state.doc.length, insert: value }, annotations: describes.of(true) });
    };
    const left = typed.current + REST_MS - performance.now();
    if (left <= 0) return show();
    const timer = setTimeout(show, left);
    return () => clearTimeout(timer);
  }, [view, isShared, value]);
  return () => {
    typed.current = performance.now();
  };
}
