/** Keeps the end of a list that grows in sight, until somebody scrolls away from it. */

import { type RefObject, useEffect, useLayoutEffect, useRef } from "react";

const NEAR = 40;

export function useNewest(box: RefObject<HTMLElement | null>, count: number, grows: boolean) {
  const atEnd = useRef(true);
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const look = () => {
      atEnd.current = element.scrollTop + element.clientHeight >= element.scrollHeight - NEAR;
    };
    element.addEventListener("scroll", look, { passive: true });
    return () => element.removeEventListener("scroll", look);
  }, [box]);
  const grew = useRef(grows);
  useLayoutEffect(() => {
    if ((grows || grew.current) && count && atEnd.current && box.current)
      box.current.scrollTop = box.current.scrollHeight;
    grew.current = grows; // what came last came with the end
  }, [box, count, grows]);
}
