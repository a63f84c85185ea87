import { useQuery } from "@tanstack/react-query";
import { Lock, Trash2 } from "lucide-react";
import { useState } from "react";
import { write } from "../../api/client";
import { queries, secrets } from "../../api/queries";
import { attempt } from "../../frame/actions";
import { Confirm } from "../../frame/Confirm";
import { Button, IconButton } from "../../ui/Button";
import { Field } from "../../ui/Field";
import { Card } from "../../ui/Page";
import { Empty, Failed, Skeleton } from "../../ui/States";

export const refreshSecrets = () => queries.invalidateQueries({ queryKey: secrets.queryKey });

export function Secrets() {
  const listed = useQuery(secrets);
  const [removing, setRemoving] = useState("");
  const remove = async (name: string) => {
    await attempt(write("DELETE", `/secrets/${encodeURIComponent(name)}`));
    await refreshSecrets();
  };
  return (
    <div className="grid gap-4">
      <p className="text-soft">
        Blocks read a secret as <code className="font-mono text-sm">{"{{NAME}}"}</code>. Values are kept encrypted and
        never shown again.
      </p>
      <NewSecret />
      {listed.error ? <Failed error={listed.error} /> : null}
      {listed.isPending ? <Skeleton rows={3} /> : null}
      {listed.data ? (
        <Card>
          {listed.data.items.length ? (
            <ul>
              {listed.data.items.map((one) => (
                <li key={one.name} className="flex items-center gap-3 border-b border-line px-4 py-2 last:border-0">
                  <code className="flex-1 font-mono text-sm">{one.name}</code>
                  <span className="text-soft" title="Hidden">
                    ••••••••
                  </span>
                  <IconButton small icon={Trash2} label={`Delete ${one.name}`} onClick={() => setRemoving(one.name)} />
                </li>
              ))}
            </ul>
          ) : (
            <Empty icon={Lock} title="No secret yet">
              <p>Keep keys and passwords here, not in blocks.</p>
            </Empty>
          )}
        </Card>
      ) : null}
      <Confirm
        open={Boolean(removing)}
        title={`Delete ${removing}?`}
        verb="Delete"
        onClose={() => setRemoving("")}
        onConfirm={() => void remove(removing)}
      >
        Blocks that use it will fail until it is set again.
      </Confirm>
    </div>
  );
}

function NewSecret() {
  const [name, setName] = useState("");
  const [value, setValue] = useState("");
  const wrong = name && !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? "Letters, digits and _ only, and no digit first." : "";
  const save = async () => {
    const done = await attempt(write("PUT", `/secrets/${name}`, { value }).then(() => true));
    if (!done) return;
    setName("");
    setValue("");
    await refreshSecrets();
  };
  return (
    <form
      className="grid items-start gap-3 sm:grid-cols-[1fr_1fr_auto]"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <Field label="Name" error={wrong}>
        {(id) => (
          <input
            id={id}
            className="control font-mono"
            value={name}
            placeholder="OPENAI_API_KEY"
            onChange={(event) => setName(event.target.value)}
          />
        )}
      </Field>
      <Field label="Value">
        {(id) => (
          <input
            id={id}
            className="control"
            type="password"
            autoComplete="off"
            value={value}
            onChange={(event) => setValue(event.target.value)}
          />
        )}
      </Field>
      <Button type="submit" kind="main" className="sm:mt-6" disabled={!name || Boolean(wrong) || !value}>
        Save secret
      </Button>
    </form>
  );
}
