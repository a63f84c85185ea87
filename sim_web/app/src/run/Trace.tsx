import { useState } from "react";
import type { RunReply, Span } from "../api/schema";
import { mark } from "../frame/route";
import { Card } from "../ui/Page";
import { FrozenMap } from "./FrozenMap";
import { ENDED, replay } from "./replay";
import { SpanFacts } from "./SpanFacts";
import { keyOf } from "./spans";
import { Waterfall } from "./Waterfall";

/** The spans of the innermost block that a click on the map means: the last of them tells how it ended. */
function spanOf(root: Span | undefined, block: string): Span | undefined {
  let found: Span | undefined;
  const visit = (span: Span) => {
    if (span.block === block) found = span;
    for (const child of span.children ?? []) visit(child);
  };
  if (root && block) visit(root);
  return found;
}

/** What a run did: on the workflow as it was, and step by step. */
export function Trace({ run }: { run: RunReply }) {
  const root = run.trace ?? undefined;
  const [span, setChosen] = useState(() => spanOf(root, new URLSearchParams(location.search).get("block") ?? ""));
  const setSpan = (next: Span | undefined) => {
    setChosen(next);
    mark("block", next?.block ?? "");
  };
  const block = span?.block;
  const again = block && ENDED.includes(run.status) ? () => void replay(run.id, { from_block: block }) : undefined;
  return (
    <>
      <Card className="grid gap-2 p-4">
        <h2 className="font-semibold">The workflow as it was</h2>
        <FrozenMap run={run.id} root={root} chosen={block ?? ""} onChoose={(id) => setSpan(spanOf(root, id))} />
      </Card>
      {root ? (
        <Card>
          <h2 className="px-4 pt-3 font-semibold">Trace</h2>
          <Waterfall root={root} chosen={span && keyOf(span)} onChoose={setSpan} />
          {span ? <SpanFacts span={span} onReplay={again} /> : null}
        </Card>
      ) : null}
    </>
  );
}
