import { useEffect, useState } from "react";
import { read } from "../api/client";
import type { BlockType, Document } from "../api/types";
import { Alert } from "../ui/Alert";
import { Canvas } from "../ui/Canvas";
import { History } from "../ui/History";
import { type Line, useRun } from "./useRun";

interface Stored {
  id: string;
  workflow: Document;
}

export function Workflow({ id, types }: { id: string; types: Map<string, BlockType> }) {
  const [stored, setStored] = useState<Stored>();
  const [error, setError] = useState<unknown>();
  const [input, setInput] = useState("{}");
  const run = useRun(id);
  useEffect(() => {
    setStored(undefined);
    read<Stored>(`/workflows/${id}`).then(setStored, setError);
  }, [id]);
  if (!stored) return error ? <Alert error={error} /> : <p className="soft" role="status">Loading…</p>;
  const document = stored.workflow;
  const name = (block: string) => document.blocks?.[block]?.name ?? block;
  return (
    <>
      <div className="bar">
        <h1>{document.name || "Untitled"}</h1>
        <span className="grow" />
        <a className="button" href={`/api/v1/docs`}>API</a>
        {run.busy ? <button onClick={run.stop}>Stop</button> : <button className="main" onClick={() => run.start(input)}>Run</button>}
      </div>
      {document.description ? <p className="soft">{document.description}</p> : null}
      <Canvas document={document} types={types} states={run.states} />
      <Alert error={run.error} />
      <div className="pair">
        <section className="card stack">
          <label>Input, as JSON
            <textarea rows={6} spellCheck={false} value={input} onChange={(event) => setInput(event.target.value)} />
          </label>
          <h2>Output</h2>
          <pre aria-live="polite">{run.output === undefined ? "Nothing yet: press Run." : JSON.stringify(run.output, null, 2)}</pre>
        </section>
        <section className="card">
          <h2>What happened</h2>
          <div className="console">{run.lines.map((line) => <Row key={line.key} line={line} name={name(line.block)} />)}</div>
        </section>
      </div>
      <History workflow={id} after={run.output} />
    </>
  );
}

function Row({ line, name }: { line: Line; name: string }) {
  return (
    <div>
      <span className={`dot ${line.state}`} title={line.state} />
      <span>{name}{line.path} {line.text ? <span className="soft">{line.text}</span> : null}</span>
      <span className="soft">{line.ms === undefined ? "" : `${line.ms.toFixed(line.ms < 10 ? 1 : 0)} ms`}</span>
    </div>
  );
}
