import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Version } from "../api/schema";
import { useEditor } from "../editor/store";
import { attempt } from "../frame/actions";
import { Button } from "../ui/Button";
import { Switch } from "../ui/Switch";
import { ChangeList } from "./ChangeList";
import { deploy, frozen, useDraftDiffers } from "./versions";

/** What the draft has more than what is live, and the way to deploy it. */
export function Draft({ live }: { live?: Version }) {
  const id = useEditor((state) => state.client.id);
  const client = useEditor((state) => state.client);
  const doc = useEditor((state) => state.doc);
  const editable = useEditor((state) => state.status.editable);
  const deployed = useQuery(frozen(id, live?.version)).data;
  const ahead = useDraftDiffers();
  const [note, setNote] = useState("");
  const [durable, setDurable] = useState(live?.durable ?? true);
  const [busy, setBusy] = useState(false);
  const go = async () => {
    setBusy(true);
    const went = await attempt(client.settled(5000).then(() => deploy(id, note.trim(), durable)));
    if (went) setNote("");
    setBusy(false);
  };
  const changed = ahead !== false || durable !== (live?.durable ?? true);
  return (
    <section className="grid grid-cols-1 gap-3">
      <p role="status">
        {!live
          ? "Nothing is deployed yet. A deployed version stays as it is while you go on building."
          : ahead
            ? `Version ${live.version} is live; the draft differs:`
            : `Version ${live.version} is live, and the draft is the same.`}
      </p>
      {live && ahead && deployed ? <ChangeList before={deployed} after={doc} /> : null}
      {editable ? (
        <form
          className="grid gap-3"
          onSubmit={(event) => {
            event.preventDefault();
            void go();
          }}
        >
          <Durable durable={durable} onChange={setDurable} />
          {changed ? (
            <div className="flex gap-2">
              <input
                aria-label="What is new"
                placeholder="What is new (optional)"
                className="control"
                maxLength={2000}
                value={note}
                onChange={(event) => setNote(event.target.value)}
              />
              <Button type="submit" kind="main" disabled={busy}>
                {busy ? "Deploying…" : live ? "Deploy the draft" : "Deploy"}
              </Button>
            </div>
          ) : null}
        </form>
      ) : null}
    </section>
  );
}

const Durable = ({ durable, onChange }: { durable: boolean; onChange: (is: boolean) => void }) => (
  <div className="flex items-center gap-3">
    <div className="min-w-0 flex-1">
      <p className="font-medium">Runs survive a crash</p>
      <p className="text-sm text-soft">
        {durable
          ? "When the machine that performs a run dies, another one goes on with it."
          : "A run whose machine dies fails as interrupted; calls that must not happen twice are a little faster."}
      </p>
    </div>
    <Switch label="Runs survive a crash" checked={durable} onChange={onChange} />
  </div>
);
