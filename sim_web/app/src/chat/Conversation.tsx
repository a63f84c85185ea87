import { RefreshCw } from "lucide-react";
import { useEffect, useRef } from "react";
import { useEditor } from "../editor/store";
import { FileList } from "../run/FileInput";
import { Button } from "../ui/Button";
import { Markdown } from "../ui/Markdown";
import { replyOf } from "./reply";
import { type Said, useTalk } from "./store";

interface Props {
  waits: boolean;
  /** Ask the last message again; not while something runs. */
  onAgain?: () => void;
}

/** What was said on both sides, and the answer while it comes. */
export function Conversation({ waits, onAgain }: Props) {
  const id = useEditor((state) => state.client.id);
  const { said } = useTalk(id);
  const end = useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is new is scrolled to
  useEffect(() => {
    end.current?.scrollIntoView({ block: "end" });
  }, [said.length, waits]);
  const last = said.at(-1);
  return (
    <div role="log" aria-label="Conversation" className="grid min-h-0 flex-1 content-start gap-3 overflow-auto p-3">
      {said.length || waits ? null : (
        <p className="px-4 py-10 text-center text-soft">
          Write a message: it becomes the start block’s input, and the answer is what the workflow brings.
        </p>
      )}
      {said.map((one) =>
        one.who === "you" ? (
          <Mine key={one.id} said={one} />
        ) : (
          <Theirs key={one.id} said={one} onAgain={one === last && one.error ? onAgain : undefined} />
        ),
      )}
      {waits ? <Speaking /> : null}
      {last?.who === "you" && !waits && onAgain ? (
        <Again words="There is no answer to this." onAgain={onAgain} />
      ) : null}
      <div ref={end} />
    </div>
  );
}

const Mine = ({ said }: { said: Said }) => (
  <div className="grid max-w-[85%] gap-1 justify-self-end rounded-lg bg-wash px-3 py-2">
    <p className="whitespace-pre-wrap [overflow-wrap:anywhere]">{said.text}</p>
    <FileList files={(said.files ?? []).map(({ name = "", size }) => ({ name, size }))} />
  </div>
);

const Theirs = ({ said, onAgain }: { said: Said; onAgain?: () => void }) => (
  <div data-said="workflow" className="grid min-w-0 gap-1">
    {said.text ? <Markdown text={said.text} /> : null}
    {said.error ? (
      <p role="alert" className="rounded-md bg-bad-wash px-3 py-2 text-bad">
        {said.error}
      </p>
    ) : said.text ? null : (
      <p className="text-soft">It ended without a word.</p>
    )}
    {onAgain ? <Again onAgain={onAgain} /> : null}
  </div>
);

const Again = ({ words, onAgain }: { words?: string; onAgain: () => void }) => (
  <div className="flex items-center gap-2 text-soft">
    {words}
    <Button icon={RefreshCw} onClick={onAgain}>
      Try again
    </Button>
  </div>
);

/** The answer while it comes. */
function Speaking() {
  const id = useEditor((state) => state.client.id);
  const { picked } = useTalk(id);
  const text = useEditor((state) => (state.own ? replyOf(state.own, state.doc, picked) : ""));
  const tool = useEditor((state) => {
    const steps = Object.values(state.own?.blocks ?? {});
    return steps.findLast((one) => one.state === "running" && one.tools?.length)?.tools?.at(-1);
  });
  return (
    <div aria-live="polite" className="min-w-0">
      {text ? <Markdown text={text} /> : <p className="text-soft">{tool ? `Uses ${tool}…` : "Running…"}</p>}
    </div>
  );
}
