import { Maximize2 } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { IconButton } from "../ui/Button";
import type { TextProps } from "./TextEditor";

const Enlarged = lazy(() => import("./Enlarged"));

/** Opens a text in a dialog, with room for long prompts and code. */
export function Enlarge(props: TextProps) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <IconButton
        small
        icon={Maximize2}
        label={`Enlarge ${props.label}`}
        className="absolute top-1 right-1 bg-card opacity-0 group-hover/text:opacity-100 focus-visible:opacity-100"
        onClick={() => setOpen(true)}
      />
      {open ? (
        <Suspense>
          <Enlarged {...props} onClose={() => setOpen(false)} />
        </Suspense>
      ) : null}
    </>
  );
}
