import { ChevronRight } from "lucide-react";
import type { ReactNode } from "react";

interface Props {
  title: ReactNode;
  children: ReactNode;
  inert?: boolean;
}

/** Something that is there when it is asked for: a line that opens. */
export const Fold = ({ title, children, inert }: Props) => (
  <details className="group/fold rounded-md border border-line" inert={inert}>
    <summary className="flex h-8 cursor-pointer list-none items-center gap-1.5 rounded-md px-2.5 font-medium hover:bg-hover">
      <ChevronRight size={14} className="text-soft group-open/fold:rotate-90" aria-hidden />
      {title}
    </summary>
    <div className="border-t border-line p-3">{children}</div>
  </details>
);
