import { useCallback, useEffect, useState } from "react";
import { keepKey, read, readKey, send } from "./api/client";
import type { BlockType, Page, Summary } from "./api/types";
import { Connect } from "./pages/Connect";
import { Workflow } from "./pages/Workflow";
import { Alert } from "./ui/Alert";

const idOf = (path: string) => path.match(/^\/workflows\/([\w-]+)/)?.[1] ?? "";

export function App() {
  const [isConnected, setConnected] = useState(Boolean(readKey()));
  return isConnected ? <Home onLeave={() => { keepKey(""); setConnected(false); }} /> : <Connect onConnected={() => setConnected(true)} />;
}

function Home({ onLeave }: { onLeave: () => void }) {
  const [workflows, setWorkflows] = useState<Summary[]>();
  const [types, setTypes] = useState(new Map<string, BlockType>());
  const [open, setOpen] = useState(idOf(location.pathname));
  const [error, setError] = useState<unknown>();
  const refresh = useCallback(() => read<Page<Summary>>("/workflows?limit=100").then((page) => setWorkflows(page.items), setError), []);
  const show = (id: string) => { history.pushState(null, "", `/workflows/${id}`); setOpen(id); };
  useEffect(() => {
    void refresh();
    read<Page<BlockType>>("/blocks").then((page) => setTypes(new Map(page.items.map((type) => [type.id, type]))), setError);
    const back = () => setOpen(idOf(location.pathname));
    addEventListener("popstate", back);
    return () => removeEventListener("popstate", back);
  }, [refresh]);
  const bring = async (file: File) => {
    try {
      const kind = /\.ya?ml$/.test(file.name) ? "application/yaml" : "application/json";
      const reply = await send("/workflows/import", { method: "POST", body: await file.text(), headers: { "Content-Type": kind } });
      const made: Summary = await reply.json();
      setError(undefined);
      await refresh();
      show(made.id);
    } catch (refusal) {
      setError(refusal);
    }
  };
  return (
    <div className="frame">
      <aside className="side">
        <div className="brand"><img src="/icon.svg" alt="" /> Sim</div>
        <nav aria-label="Workflows">
          {workflows?.map((workflow) => (
            <button key={workflow.id} aria-current={workflow.id === open ? "page" : undefined} onClick={() => show(workflow.id)}>{workflow.name || "Untitled"}</button>
          ))}
        </nav>
        <label className="button">Import a workflow…
          <input hidden type="file" accept=".json,.yaml,.yml" onChange={(event) => { const file = event.target.files?.[0]; if (file) void bring(file); event.target.value = ""; }} />
        </label>
        <span className="grow" />
        <a href="/api/v1/docs">API</a>
        <button onClick={onLeave}>Disconnect</button>
      </aside>
      <main>
        <Alert error={error} />
        {open ? <Workflow key={open} id={open} types={types} /> : <Empty none={workflows?.length === 0} />}
      </main>
    </div>
  );
}

function Empty({ none }: { none: boolean }) {
  return (
    <>
      <h1>Workflows</h1>
      <p className="soft">{none ? "There is no workflow yet. Import one from a file, or make one over the API." : "Choose a workflow on the left."}</p>
    </>
  );
}
