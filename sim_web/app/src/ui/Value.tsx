import { Copy, Download } from "lucide-react";
import { memo, useDeferredValue, useMemo, useState } from "react";
import { IconButton } from "./Button";
import { JsonTree } from "./JsonTree";
import { copied, download, isLarge, sifted, textOf } from "./take";
import { counted } from "./words";

interface Props {
  value: unknown;
  path?: string;
  /** What a file of it is called. */
  name: string;
}

/** A value as a tree; a large one can be searched, copied and saved whole. */
export const Value = memo(function Value({ value, path, name }: Props) {
  const large = useMemo(() => isLarge(value), [value]);
  const [typed, setTyped] = useState("");
  const words = useDeferredValue(typed.trim());
  const { value: shown, found } = useMemo(() => (words ? sifted(value, words) : { value, found: 0 }), [value, words]);
  if (!large) return <JsonTree value={value ?? null} path={path} />;
  return (
    <div className="grid grid-cols-1 gap-1">
      <div className="flex min-w-0 items-center gap-1">
        <input
          type="search"
          aria-label={`Look within ${name}`}
          placeholder="A name or a value…"
          className="h-7 min-w-0 flex-1 rounded-md border border-line bg-transparent px-2 text-sm"
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
        <IconButton small icon={Copy} label={`Copy ${name}`} onClick={() => copied(textOf(value))} />
        <IconButton small icon={Download} label={`Save ${name} as a file`} onClick={() => download(value, name)} />
      </div>
      {words ? (
        <p role="status" className="text-sm text-soft">
          {found ? `${counted(found, "place")}${found >= 200 ? " and more" : ""}` : "Nothing fits."}
        </p>
      ) : null}
      {words && !found ? null : <JsonTree value={shown ?? null} path={path} words={words} />}
    </div>
  );
});
