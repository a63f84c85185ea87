import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Version } from "../api/schema";
import { useEditor } from "../editor/store";
import { Confirm } from "../frame/Confirm";
import { mark } from "../frame/route";
import { Button } from "../ui/Button";
import { Failed, Skeleton } from "../ui/States";
import { ago, moment } from "../ui/when";
import { ChangeList } from "./ChangeList";
import { Draft } from "./Draft";
import { frozen, promote, undeploy, useLive } from "./versions";

/** What is deployed, what the draft has more, and every version there was. */
export function Versions() {
  const id = useEditor((state) => state.client.id);
  const editable = useEditor((state) => state.status.editable);
  const { live, data, error, isPending } = useLive();
  const [leaving, setLeaving] = useState(false);
  if (error) return <Failed error={error} />;
  if (isPending) return <Skeleton rows={3} />;
  const all = data?.items ?? [];
  return (
    <div className="grid grid-cols-1 gap-4">
      <Draft live={live} />
      {all.length ? (
        <section className="grid grid-cols-1 gap-1">
          <h3 className="text-sm font-semibold text-soft">Versions</h3>
          <ol aria-label="Versions" className="grid grid-cols-1 rounded-md border border-line">
            {all.map((one, at) => (
              <Row key={one.id} version={one} before={all[at + 1]} editable={editable} />
            ))}
          </ol>
        </section>
      ) : null}
      {live && editable ? (
        <div>
          <Button kind="danger" onClick={() => setLeaving(true)}>
            Take it offline
          </Button>
        </div>
      ) : null}
      <Confirm
        open={leaving}
        title="Take the workflow offline?"
        verb="Take it offline"
        onClose={() => setLeaving(false)}
        onConfirm={() => undeploy(id)}
      >
        Programs that call it are refused from then on. Every version stays.
      </Confirm>
    </div>
  );
}

const LIGHT = "A run that its process dies with is not taken over by another; it fails as interrupted.";

function Row({ version, before, editable }: { version: Version; before?: Version; editable: boolean }) {
  const id = useEditor((state) => state.client.id);
  const asked = new URLSearchParams(location.search).get("version") === String(version.version);
  const [open, setOpen] = useState(asked);
  const toggle = () => {
    setOpen(!open);
    mark("version", open ? "" : String(version.version));
  };
  return (
    <li
      aria-current={asked || undefined}
      className="grid grid-cols-1 gap-2 border-b border-line px-3 py-2 last:border-0 aria-[current]:bg-wash"
    >
      <div className="flex items-center gap-3">
        <span className="w-8 shrink-0 font-mono">v{version.version}</span>
        <span className="min-w-0 flex-1 truncate" title={version.note}>
          {version.note || <span className="text-soft">no note</span>}
        </span>
        {version.durable === false ? (
          <span className="shrink-0 text-sm text-soft" title={LIGHT}>
            light
          </span>
        ) : null}
        <span className="shrink-0 text-sm text-soft" title={moment(version.created_at)}>
          {version.author || "an API key"} · {ago(version.created_at)}
        </span>
        {before ? (
          <Button kind="ghost" className="h-7 px-2" aria-expanded={open} onClick={toggle}>
            Changes
          </Button>
        ) : null}
        {version.live ? (
          <span className="w-22 rounded-full border border-current bg-card py-0.5 text-center text-sm text-good">
            live
          </span>
        ) : editable ? (
          <Button className="h-7 w-22 px-2" onClick={() => void promote(id, version.version)}>
            Make live
          </Button>
        ) : null}
      </div>
      {open && before ? <Between id={id} from={before.version} to={version.version} /> : null}
    </li>
  );
}

function Between({ id, from, to }: { id: string; from: number; to: number }) {
  const before = useQuery(frozen(id, from));
  const after = useQuery(frozen(id, to));
  if (before.error || after.error) return <Failed error={before.error ?? after.error} />;
  return before.data && after.data ? <ChangeList before={before.data} after={after.data} /> : <Skeleton rows={2} />;
}
