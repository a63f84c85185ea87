import { RotateCcw, SendHorizontal, Square } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { newId } from "../data/ids";
import { useEditor, useEditorStore } from "../editor/store";
import { askedBy, useRunner } from "../editor/useRunner";
import { IconButton } from "../ui/Button";
import { Markdown } from "../ui/Markdown";
import { Picked } from "./Picked";
import { inputOf, replyOf } from "./reply";
import { useTalk, useTalks } from "./store";

/** A talk with the workflow as it stands on the canvas: each message is a run. */
export default function ChatPanel() {
  const store = useEditorStore();
  const id = useEditor((state) => state.client.id);
  const busy = useEditor((state) => state.busy);
  const runner = useRunner();
  const talk = useTalk(id);
  const [waits, setWaits] = useState(false);
  const { say, set } = useTalks.getState();
  const send = async (text: string) => {
    say(id, { who: "you", text });
    setWaits(true);
    const run = await runner.start(inputOf(askedBy(store.getState()), text, talk.conversation), {}, { quiet: true });
    setWaits(false);
    const { doc } = store.getState();
    if (!run) return;
    const error = run.status === "failed" || run.status === "cancelled" ? (run.message ?? "Stopped.") : undefined;
    const paused = run.status === "paused" ? "It waits for an answer: see the console." : undefined;
    say(id, { who: "workflow", text: replyOf(run, doc, talk.picked), error: error ?? paused });
  };
  return (
    <div className="flex h-full flex-col">
      <div className="flex items-center gap-1 border-b border-line px-3 py-1.5">
        <Picked talk={talk} onChange={(picked) => set(id, { picked })} />
        <IconButton
          small
          icon={RotateCcw}
          label="Begin a new conversation"
          disabled={busy || !talk.said.length}
          onClick={() => set(id, { said: [], conversation: newId() })}
        />
      </div>
      <Said waits={waits} />
      <Composer busy={busy} onSend={(text) => void send(text)} onStop={() => void runner.stop()} />
    </div>
  );
}

function Said({ waits }: { waits: boolean }) {
  const id = useEditor((state) => state.client.id);
  const { said } = useTalk(id);
  const end = useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is new is scrolled to
  useEffect(() => {
    end.current?.scrollIntoView({ block: "end" });
  }, [said.length, waits]);
  return (
    <div role="log" aria-label="Conversation" className="grid min-h-0 flex-1 content-start gap-3 overflow-auto p-3">
      {said.length || waits ? null : (
        <p className="px-4 py-10 text-center text-soft">
          Write a message: it becomes the start block’s input, and the answer is what the workflow brings.
        </p>
      )}
      {said.map((one) =>
        one.who === "you" ? (
          <p
            key={one.id}
            className="max-w-[85%] justify-self-end rounded-lg bg-wash px-3 py-2 whitespace-pre-wrap [overflow-wrap:anywhere]"
          >
            {one.text}
          </p>
        ) : (
          <div key={one.id} data-said="workflow" className="grid min-w-0 gap-1">
            {one.text ? <Markdown text={one.text} /> : null}
            {one.error ? (
              <p role="alert" className="rounded-md bg-bad-wash px-3 py-2 text-bad">
                {one.error}
              </p>
            ) : one.text ? null : (
              <p className="text-soft">It ended without a word.</p>
            )}
          </div>
        ),
      )}
      {waits ? <Speaking /> : null}
      <div ref={end} />
    </div>
  );
}

/** The answer while it comes. */
function Speaking() {
  const id = useEditor((state) => state.client.id);
  const { picked } = useTalk(id);
  const text = useEditor((state) => (state.own ? replyOf(state.own, state.doc, picked) : ""));
  return (
    <div aria-live="polite" className="min-w-0">
      {text ? <Markdown text={text} /> : <p className="text-soft">Running…</p>}
    </div>
  );
}

function Composer({ busy, onSend, onStop }: { busy: boolean; onSend: (text: string) => void; onStop: () => void }) {
  const [text, setText] = useState("");
  const send = () => {
    if (!text.trim() || busy) return;
    onSend(text.trim());
    setText("");
  };
  return (
    <form
      className="flex items-end gap-2 border-t border-line p-3"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <textarea
        aria-label="Message"
        placeholder="Message…"
        rows={1}
        className="control max-h-40 resize-none [field-sizing:content]"
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
          event.preventDefault();
          send();
        }}
      />
      {busy ? (
        <IconButton icon={Square} label="Stop" onClick={onStop} />
      ) : (
        <IconButton icon={SendHorizontal} label="Send" type="submit" disabled={!text.trim()} />
      )}
    </form>
  );
}
