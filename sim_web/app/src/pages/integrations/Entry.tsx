import { ChevronDown } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import type { PluginEntry } from "../../api/schema";
import { mark } from "../../frame/route";
import { cx } from "../../ui/cx";
import { TypeIcon } from "../../ui/TypeIcon";
import { BlockBody, ServiceBody, VendorBody } from "./Bodies";
import { type Entry as Facts, originWord } from "./catalogue";

/** Whether the address says that it is open. */
const isAsked = (id: string) => new URLSearchParams(location.search).get("open") === id;

/** Something that is installed; opened, it tells what it can do. */
export function Entry({ one }: { one: Facts }) {
  const [open, setOpen] = useState(() => isAsked(one.id));
  const place = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    if (isAsked(one.id)) place.current?.scrollIntoView({ block: "nearest" });
  }, [one.id]);
  const toggle = (is: boolean) => {
    setOpen(is);
    if (is || isAsked(one.id)) mark("open", is ? one.id : "");
  };
  return (
    <details
      ref={place}
      className="group rounded-lg border border-line bg-card"
      open={open}
      onToggle={(event) => event.currentTarget.open !== open && toggle(event.currentTarget.open)}
    >
      <summary className="flex cursor-pointer list-none items-start gap-3 rounded-lg p-4 hover:bg-hover group-open:rounded-b-none">
        <TypeIcon title={one.title} color={one.color} icon={one.icon} size={32} />
        <span className="min-w-0 flex-1">
          <span className="block truncate font-semibold">{one.title}</span>
          <span
            className={cx(
              "text-soft",
              one.kind === "service" ? "line-clamp-2 min-h-10 group-open:min-h-5" : "line-clamp-1",
            )}
          >
            {one.doc}
          </span>
          <span className="mt-1 block truncate text-xs text-soft">{lineOf(one)}</span>
        </span>
        <ChevronDown size={16} className="mt-0.5 shrink-0 text-soft group-open:rotate-180" aria-hidden />
      </summary>
      {open ? (
        <div className="grid grid-cols-1 gap-4 border-t border-line p-4">
          <Body one={one} />
          {one.from ? <Package one={one.from} /> : null}
        </div>
      ) : null}
    </details>
  );
}

const lineOf = ({ brings, from }: Facts) =>
  [brings, from ? `${from.package} ${from.version}` : "", from ? originWord(from) : ""].filter(Boolean).join(" · ");

function Body({ one }: { one: Facts }) {
  switch (one.kind) {
    case "service":
      return <ServiceBody one={one} />;
    case "block":
      return <BlockBody one={one} />;
    case "vendor":
      return <VendorBody one={one} />;
    case "other":
      return null;
  }
}

const Package = ({ one }: { one: PluginEntry }) => (
  <p className="text-xs text-soft [overflow-wrap:anywhere]">
    Package {one.package} {one.version}, {originWord(one)}
    {one.place ? (
      <>
        : <code className="font-mono">{one.place}</code>
      </>
    ) : null}
  </p>
);
