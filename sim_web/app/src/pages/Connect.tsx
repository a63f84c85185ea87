import { useState } from "react";
import { keepKey, read } from "../api/client";
import { Alert } from "../ui/Alert";

export function Connect({ onConnected }: { onConnected: () => void }) {
  const [key, setKey] = useState("");
  const [error, setError] = useState<unknown>();
  const connect = async () => {
    keepKey(key.trim());
    try {
      await read("/workflows?limit=1");
      onConnected();
    } catch (refusal) {
      keepKey("");
      setError(refusal);
    }
  };
  return (
    <div className="center">
      <form className="narrow stack" onSubmit={(event) => { event.preventDefault(); void connect(); }}>
        <div className="brand"><img src="/icon.svg" alt="" /> Sim</div>
        <h1>Connect to this instance</h1>
        <p className="soft">Make a key in a terminal of this machine with <code>sim key create</code> and paste it here.
          It is kept in this tab only.</p>
        <label>API key
          <input type="password" autoComplete="off" value={key} onChange={(event) => setKey(event.target.value)} autoFocus />
        </label>
        <button className="main" disabled={!key.trim()}>Connect</button>
        <Alert error={error} />
        <p className="soft"><a href="/api/v1/docs">Read the API</a></p>
      </form>
    </div>
  );
}
