import { Cloud, CloudOff, Download, Lock } from "lucide-react";
import { Popover } from "radix-ui";
import { useEditor } from "../editor/store";
import type { Status, Unsaved } from "../realtime/types";
import { Button } from "../ui/Button";
import { saveAs } from "../ui/save";

/** The state in a few words: "Saved", "3 unsaved", "Offline, 12 unsaved". */
export function savedWords({ state, pending, role }: Status): string {
  const unsaved = `${pending} unsaved`;
  if (state === "saving") return unsaved;
  const words = { saved: "Saved", offline: "Offline", parked: "Read-only", refused: "Signed out", gone: "Gone" }[state];
  if (state === "saved" && role === "read") return "View only";
  return pending ? `${words}, ${unsaved}` : words;
}

const TOLD: Record<string, string> = {
  saving: "Your latest changes are on their way to the server.",
  offline:
    "The server does not answer right now. You can go on working: changes are kept in this browser, also when you close the tab, and are sent when the server is back.",
  parked: "Your changes are kept in this browser and are sent when they may be.",
  refused: "Sign in again, and your changes are sent. They are kept in this browser until then.",
  gone: "What was not saved before can still be downloaded here.",
};

/** Whether everything is safe, and what to do when it is not. */
export function Saved() {
  const status = useEditor((state) => state.status);
  const client = useEditor((state) => state.client);
  const calm = status.state === "saved" || status.state === "saving";
  const viewer = status.state === "saved" && status.role === "read";
  const words = savedWords(status);
  if (status.state === "saved")
    return (
      <span role="status" className="flex items-center gap-1 text-sm whitespace-nowrap text-soft">
        {viewer ? <Lock size={13} aria-hidden /> : null}
        {words}
      </span>
    );
  return (
    <Popover.Root>
      <span role="status" className="contents">
        <Popover.Trigger
          className={`flex items-center gap-1 text-sm whitespace-nowrap ${calm ? "text-soft" : "text-busy"}`}
        >
          {calm ? <Cloud size={13} aria-hidden /> : <CloudOff size={13} aria-hidden />}
          {words}
        </Popover.Trigger>
      </span>
      <Popover.Portal>
        <Popover.Content
          aria-label="Whether everything is saved"
          align="start"
          sideOffset={6}
          className="menu grid w-80 gap-3 p-3!"
        >
          {status.reason ? <p className="font-medium first-letter:uppercase">{status.reason}.</p> : null}
          <p className="text-soft">{TOLD[status.state]}</p>
          {status.pending && !calm ? (
            <div>
              <Button icon={Download} onClick={() => download(client.unsaved())}>
                Download what is unsaved
              </Button>
            </div>
          ) : null}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

/** A file that the API takes: `PATCH /api/v1/workflows/{id}` with its `operations`. */
function download(unsaved: Unsaved) {
  const blob = new Blob([JSON.stringify(unsaved, null, 2)], { type: "application/json" });
  saveAs(blob, `${unsaved.name || "workflow"} - unsaved changes.json`);
}
