import { ReactFlowProvider } from "@xyflow/react";
import { useEffect } from "react";
import { useReturn } from "../connect/useReturn";
import { Canvas } from "../editor/Canvas";
import { Console } from "../editor/Console";
import { Dialogs } from "../editor/Dialogs";
import { Panel } from "../editor/Panel";
import { EditorContext, useEditor } from "../editor/store";
import { TopBar } from "../editor/TopBar";
import { useEditorCommands } from "../editor/useActs";
import { useClient } from "../editor/useClient";
import { useClipboard } from "../editor/useClipboard";
import { useLinks } from "../editor/useLinks";
import { useLiveRun } from "../editor/useLiveRun";
import { useValidation } from "../editor/useProblems";
import { Aside } from "../together/Aside";
import { Pins } from "../together/comments/Pins";
import { History } from "../together/history/History";
import { together, useTogether } from "../together/store";
import { Page } from "../ui/Page";
import { Failed, Skeleton } from "../ui/States";

export default function EditorPage({ id }: { id: string }) {
  const { store, error } = useClient(id);
  if (error)
    return (
      <Page title="Workflow">
        <Failed error={error} onRetry={() => location.reload()} />
      </Page>
    );
  if (!store)
    return (
      <div className="p-8">
        <Skeleton rows={10} />
      </div>
    );
  return (
    <EditorContext value={store}>
      <ReactFlowProvider>
        <Shown />
      </ReactFlowProvider>
    </EditorContext>
  );
}

/** The workflow as it is, or as it was. */
function Shown() {
  const past = useTogether((state) => state.aside === "history");
  useLiveRun();
  useEffect(() => together.reset, []);
  return past ? <History /> : <Layout />;
}

function Layout() {
  const name = useEditor((state) => state.doc.name);
  const console = useEditor((state) => state.console);
  const state = useEditor((all) => (all.busy ? "Running: " : all.run?.status === "failed" ? "Failed: " : ""));
  useEditorCommands();
  useValidation();
  useClipboard();
  useReturn();
  useLinks();
  useEffect(() => {
    document.title = `${state}${name || "Untitled"} · Sim`;
  }, [state, name]);
  return (
    <main className="flex h-full flex-col">
      <TopBar />
      <p className="border-b border-line bg-card px-4 py-1.5 text-sm text-soft md:hidden">
        Look and run here; to build, open it in a wider window.
      </p>
      <div className="flex min-h-0 flex-1">
        <div className="flex min-w-0 flex-1 flex-col">
          <div className="min-h-0 flex-1">
            <Canvas>
              <Pins />
            </Canvas>
          </div>
          {console ? <Console /> : null}
        </div>
        <Aside>
          <Panel />
        </Aside>
      </div>
      <Dialogs />
    </main>
  );
}
