import { Check, X } from "lucide-react";
import { sized } from "../run/picked";
import { Button, IconButton } from "../ui/Button";
import { counted } from "../ui/words";
import { type Upload, uploads, useUploads } from "./uploads";

/** What is on its way, how far it is, and what has to be decided. */
export function Uploads() {
  const list = useUploads((state) => state.list);
  if (!list.length) return null;
  const left = list.filter((one) => one.state !== "done").length;
  return (
    <section aria-label="Uploads" className="rounded-lg border border-line bg-card">
      <header className="flex items-center gap-2 border-b border-line px-4 py-1">
        <h2 className="flex-1 font-medium" role="status">
          {left ? `${counted(left, "file")} to go` : `${counted(list.length, "file")} arrived`}
        </h2>
        {left ? null : <IconButton small icon={X} label="Close the list of uploads" onClick={uploads.tidy} />}
      </header>
      <ul className="max-h-48 overflow-auto">
        {list.map((one) => (
          <li key={one.id} className="flex flex-wrap items-center gap-x-3 gap-y-1 px-4 py-1.5">
            <Line one={one} />
          </li>
        ))}
      </ul>
    </section>
  );
}

export function Line({ one }: { one: Upload }) {
  const { name, size } = one.file;
  const ends = one.state === "done" ? "Take it from the list" : `Stop ${name}`;
  return (
    <>
      <span className="min-w-0 flex-1 basis-40 truncate">{name}</span>
      {one.state === "taken" ? (
        <>
          <span className="text-sm text-soft">There is one of that name.</span>
          <Button className="h-7" onClick={() => uploads.again(one.id, "replace")}>
            Replace it
          </Button>
          <Button className="h-7" onClick={() => uploads.again(one.id, "number")}>
            Keep both
          </Button>
        </>
      ) : one.state === "failed" ? (
        <>
          <span role="alert" className="min-w-0 text-sm text-bad">
            {one.why}
          </span>
          {one.again ? (
            <Button className="h-7" onClick={() => uploads.again(one.id)}>
              Try again
            </Button>
          ) : null}
        </>
      ) : one.state === "done" ? (
        <span className="inline-flex items-center gap-1 text-sm text-good">
          <Check size={14} aria-hidden /> {sized(size)}
        </span>
      ) : (
        <>
          <progress
            aria-label={`How far ${name} is`}
            className="h-1.5 w-32 max-sm:w-20"
            max={Math.max(size, 1)}
            value={one.sent}
          />
          <span className="w-32 text-right text-sm text-soft tabular-nums max-sm:hidden">
            {one.state === "waits" ? "waits" : `${sized(one.sent)} of ${sized(size)}`}
          </span>
        </>
      )}
      <IconButton small icon={X} label={ends} onClick={() => uploads.drop(one.id)} />
    </>
  );
}
