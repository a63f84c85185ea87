import { useQuery } from "@tanstack/react-query";
import { Copy, Trash2 } from "lucide-react";
import { useState } from "react";
import { toast } from "sonner";
import { write } from "../../api/client";
import { keys, queries } from "../../api/queries";
import type { FreshKey } from "../../api/schema";
import { attempt } from "../../frame/actions";
import { Confirm } from "../../frame/Confirm";
import { Button, IconButton } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { Field } from "../../ui/Field";
import { Card } from "../../ui/Page";
import { Failed, Skeleton } from "../../ui/States";
import { ago } from "../../ui/when";

const SCOPES = ["read", "run", "write", "admin"];
const refresh = () => queries.invalidateQueries({ queryKey: keys.queryKey });

export function Keys() {
  const listed = useQuery(keys);
  const [revoking, setRevoking] = useState<{ id: string; name: string }>();
  const [fresh, setFresh] = useState<FreshKey>();
  const revoke = async (id: string) => {
    await attempt(write("DELETE", `/keys/${id}`));
    await refresh();
  };
  return (
    <div className="grid gap-4">
      <p className="text-soft">
        Programs call workflows with a key in the header <code className="font-mono text-sm">X-API-Key</code>.
      </p>
      <NewKey onMade={setFresh} />
      {listed.error ? <Failed error={listed.error} /> : null}
      {listed.isPending ? <Skeleton rows={3} /> : null}
      {listed.data ? (
        <Card>
          <ul>
            {listed.data.items.map((one) => (
              <li key={one.id} className="flex items-center gap-4 border-b border-line px-4 py-2 last:border-0">
                <span className="min-w-0 flex-1 truncate font-medium">{one.name}</span>
                <code className="font-mono text-sm text-soft">{one.prefix}…</code>
                <span className="w-32 text-sm text-soft">{one.scopes.join(", ")}</span>
                <span className="w-32 text-sm text-soft">
                  {one.used_at ? `used ${ago(one.used_at)}` : "never used"}
                </span>
                <IconButton small icon={Trash2} label={`Revoke ${one.name}`} onClick={() => setRevoking(one)} />
              </li>
            ))}
          </ul>
        </Card>
      ) : null}
      <Confirm
        open={Boolean(revoking)}
        title={`Revoke “${revoking?.name}”?`}
        verb="Revoke"
        onClose={() => setRevoking(undefined)}
        onConfirm={() => revoking && void revoke(revoking.id)}
      >
        Whoever uses it is refused from now on.
      </Confirm>
      <Dialog
        title="Your new key"
        about="It is shown this once: keep it somewhere safe."
        open={Boolean(fresh)}
        onClose={() => setFresh(undefined)}
      >
        <div className="flex items-center gap-2">
          <code className="control overflow-x-auto font-mono text-sm">{fresh?.key}</code>
          <IconButton
            icon={Copy}
            label="Copy the key"
            onClick={() => void navigator.clipboard?.writeText(fresh?.key ?? "").then(() => toast("Copied"))}
          />
        </div>
      </Dialog>
    </div>
  );
}

function NewKey({ onMade }: { onMade: (key: FreshKey) => void }) {
  const [name, setName] = useState("");
  const [scopes, setScopes] = useState(["read", "run"]);
  const make = async () => {
    const made = await attempt(write<FreshKey>("POST", "/keys", { name, scopes }));
    if (!made) return;
    setName("");
    onMade(made);
    await refresh();
  };
  return (
    <form
      className="flex flex-wrap items-end gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        void make();
      }}
    >
      <div className="w-64">
        <Field label="Name">
          {(id) => (
            <input
              id={id}
              className="control"
              value={name}
              placeholder="What will use it?"
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
      </div>
      <fieldset className="flex h-8 items-center gap-3">
        <legend className="sr-only">What it may do</legend>
        {SCOPES.map((one) => (
          <label key={one} className="flex items-center gap-1.5">
            <input
              type="checkbox"
              className="accent-(--accent)"
              checked={scopes.includes(one)}
              onChange={(event) =>
                setScopes(event.target.checked ? [...scopes, one] : scopes.filter((other) => other !== one))
              }
            />
            {one}
          </label>
        ))}
      </fieldset>
      <Button type="submit" kind="main" disabled={!name.trim() || !scopes.length}>
        Make a key
      </Button>
    </form>
  );
}
