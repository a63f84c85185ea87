import { AtSign, Copy } from "lucide-react";
import { IconButton } from "./Button";
import { copied, textOf } from "./take";

/** Copies the path to a part of a value, where it has one, and the part itself. */
export function JsonCopy({ path, value }: { path: string; value: unknown }) {
  const shown = "size-5 shrink-0 opacity-0 group-hover:opacity-100 focus-visible:opacity-100";
  return (
    <>
      {path ? (
        <IconButton
          small
          icon={AtSign}
          label={`Copy <${path}>`}
          className={shown}
          onClick={() => copied(`<${path}>`, `Copied <${path}>`)}
        />
      ) : null}
      <IconButton
        small
        icon={Copy}
        label={path ? `Copy the value of ${path}` : "Copy"}
        className={shown}
        onClick={() => copied(textOf(value))}
      />
    </>
  );
}
