import { lazy, Suspense, useEffect } from "react";
import { cx } from "../ui/cx";
import { Skeleton } from "../ui/States";
import { FirstSteps } from "./FirstSteps";
import { Several } from "./Several";
import { type Panel as PanelName, useEditor, useEditorStore } from "./store";
import { Toolbar } from "./Toolbar";

/** Asked for again while the server is away: a skeleton stands there, and the rest of the editor goes on. */
const form = (): Promise<typeof import("./BlockForm")> =>
  import("./BlockForm").catch(() => new Promise((done) => setTimeout(done, 2000)).then(form));
const BlockForm = lazy(() => form().then((found) => ({ default: found.BlockForm })));
const ChatPanel = lazy(() => import("../chat/ChatPanel"));
const LABELS = { add: "Add a block", block: "Edit the block", chat: "Chat with the workflow" };

export function Panel() {
  const store = useEditorStore();
  const panel = useEditor((state) => state.panel);
  const id = useEditor((state) => (state.selected.length === 1 ? state.selected[0] : undefined));
  const editable = useEditor((state) => state.status.editable);
  const exists = useEditor((state) => Boolean(id && state.doc.blocks[id]));
  useEffect(() => {
    // what edits text is large: it comes once the canvas stands, or with the first sign that somebody is about to edit;
    // and before a server that goes away can no longer give it
    const soon = () => void form();
    const later = setTimeout(soon, 1000);
    const signs = ["pointermove", "pointerdown", "keydown"];
    for (const sign of signs) addEventListener(sign, soon, { once: true, passive: true });
    return () => {
      clearTimeout(later);
      for (const sign of signs) removeEventListener(sign, soon);
    };
  }, []);
  const tab = (name: PanelName, label: string) => (
    <button
      type="button"
      role="tab"
      aria-selected={panel === name}
      onClick={() => store.getState().set({ panel: name })}
      className={cx(
        "flex-1 border-b-2 py-2",
        panel === name ? "border-accent font-medium" : "border-transparent text-soft hover:text-text",
      )}
    >
      {label}
    </button>
  );
  return (
    <aside
      aria-label="Blocks"
      className="flex w-90 shrink-0 flex-col border-l border-line bg-card max-xl:w-80 max-md:hidden"
    >
      <div role="tablist" aria-label="Panel" className="flex border-b border-line">
        {tab("add", "Add")}
        {tab("block", "Edit")}
        {tab("chat", "Chat")}
      </div>
      <div role="tabpanel" aria-label={LABELS[panel]} className="min-h-0 flex-1 overflow-auto">
        {panel === "add" && !editable ? (
          <p className="p-6 text-center text-soft">You may look at this workflow and talk about it, not change it.</p>
        ) : panel === "add" ? (
          <Toolbar />
        ) : panel === "chat" ? (
          <Suspense>
            <ChatPanel />
          </Suspense>
        ) : exists && id ? (
          <Suspense fallback={<FormSkeleton />}>
            <BlockForm key={id} id={id} />
          </Suspense>
        ) : (
          <Several />
        )}
      </div>
      <FirstSteps />
    </aside>
  );
}

const FormSkeleton = () => (
  <div className="p-4">
    <Skeleton rows={5} />
  </div>
);
