import { useState } from "react";
import { read } from "../api/client";
import { session } from "../session";
import { Button } from "../ui/Button";
import { Field } from "../ui/Field";

export function Connect() {
  const [key, setKey] = useState("");
  const [error, setError] = useState("");
  const [busy, setBusy] = useState(false);
  const connect = async () => {
    setBusy(true);
    try {
      await read("/workflows?limit=1", { "X-API-Key": key.trim() });
      session.open(key.trim());
    } catch (refusal) {
      setError(refusal instanceof Error ? refusal.message : String(refusal));
      setBusy(false);
    }
  };
  return (
    <main className="grid h-full place-items-center overflow-auto p-6">
      <form
        className="grid w-full max-w-sm gap-4 rounded-lg border border-line bg-card p-6"
        onSubmit={(event) => {
          event.preventDefault();
          void connect();
        }}
      >
        <div className="flex items-center gap-2 font-semibold">
          <img src="/icon.svg" alt="" className="size-6" /> Sim
        </div>
        <div>
          <h1 className="text-xl font-semibold">Connect to this instance</h1>
          <p className="text-soft">
            Make a key in a terminal of this machine with <code className="font-mono text-sm">sim key create</code> and
            paste it here. It is kept in this tab only.
          </p>
        </div>
        <Field label="API key" error={error}>
          {(id) => (
            <input
              id={id}
              className="control"
              type="password"
              autoComplete="off"
              value={key}
              onChange={(event) => {
                setKey(event.target.value);
                setError("");
              }}
              aria-invalid={Boolean(error)}
            />
          )}
        </Field>
        <Button type="submit" kind="main" disabled={!key.trim() || busy}>
          {busy ? "Connecting…" : "Connect"}
        </Button>
        <a className="text-accent underline-offset-4 hover:underline" href="/api/v1/docs">
          Read the API
        </a>
      </form>
    </main>
  );
}
