import type { ReactNode } from "react";
import { Comments } from "./comments/Comments";
import { useTogether } from "./store";

/** The comments while they are open, and otherwise what is usually there. */
export function Aside({ children }: { children: ReactNode }) {
  const aside = useTogether((state) => state.aside);
  return aside === "comments" ? <Comments /> : children;
}
