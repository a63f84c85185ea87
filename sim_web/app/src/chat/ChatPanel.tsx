import { RotateCcw } from "lucide-react";
import { useState } from "react";
import { newId } from "../data/ids";
import { useEditor, useEditorStore } from "../editor/store";
import { askedBy, useRunner } from "../editor/useRunner";
import type { PickedFile } from "../run/picked";
import { IconButton } from "../ui/Button";
import { Composer } from "./Composer";
import { Conversation } from "./Conversation";
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
  const ask = async (text: string, files: readonly Partial<PickedFile>[]) => {
    setWaits(true);
    const input = inputOf(askedBy(store.getState()), text, talk.conversation, files);
    const run = await runner.start(input, {}, { quiet: true });
    setWaits(false);
    const { doc } = store.getState();
    if (!run) return;
    const error = run.status === "failed" || run.status === "cancelled" ? (run.message ?? "Stopped.") : undefined;
    const paused = run.status === "paused" ? "It waits for an answer: see the console." : undefined;
    say(id, { who: "workflow", text: replyOf(run, doc, talk.picked), error: error ?? paused });
  };
  const send = (text: string, files: readonly PickedFile[]) => {
    say(id, { who: "you", text, files });
    void ask(text, files);
  };
  /** The last message once more, in place of what came of it. */
  const again = () => {
    const at = talk.said.findLastIndex((one) => one.who === "you");
    const last = talk.said[at];
    if (!last || busy) return;
    set(id, { said: talk.said.slice(0, at + 1) });
    void ask(last.text, last.files ?? []);
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
      <Conversation waits={waits} onAgain={busy ? undefined : again} />
      <Composer busy={busy} onSend={send} onStop={() => void runner.stop()} />
    </div>
  );
}
