import { useQuery } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { useEffect, useMemo } from "react";
import { send } from "../api/client";
import type { FileEntry } from "../api/schema";
import { sized } from "../run/picked";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Failed, Skeleton } from "../ui/States";
import { download } from "./acts";
import { LONGEST_TEXT, looksOf } from "./looks";

interface Props {
  file: FileEntry;
  onClose: () => void;
}

/** What a file holds, as far as a browser can show it safely, and the way to keep it. */
export default function Preview({ file, onClose }: Props) {
  return (
    <Dialog
      title={file.name}
      about={`${file.media_type}, ${sized(file.size)}`}
      open
      onClose={onClose}
      large={looksOf(file) !== "none"}
    >
      <div className="grid min-h-0 gap-3">
        <Held file={file} />
        <div className="flex justify-end">
          <Button icon={Download} onClick={() => void download(file)}>
            Download
          </Button>
        </div>
      </div>
    </Dialog>
  );
}

function Held({ file }: { file: FileEntry }) {
  const looks = looksOf(file);
  const cut = looks === "text" && file.size > LONGEST_TEXT;
  const asked = useQuery({
    queryKey: ["files", "content", file.id, file.digest],
    enabled: looks !== "none",
    gcTime: 0,
    queryFn: async () => {
      const headers: Record<string, string> = cut ? { Range: `bytes=0-${LONGEST_TEXT - 1}` } : {};
      const reply = await send(`/files/${file.id}/content`, { headers });
      return looks === "text" ? reply.text() : reply.blob();
    },
  });
  if (looks === "none") return <p className="text-soft">There is no preview of this kind of file.</p>;
  if (asked.error) return <Failed error={asked.error} onRetry={() => void asked.refetch()} />;
  if (asked.data === undefined) return <Skeleton rows={4} />;
  if (typeof asked.data === "string")
    return (
      <>
        <section
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls has to be reached by the keyboard
          tabIndex={0}
          aria-label={`Text of ${file.name}`}
          className="max-h-[60vh] overflow-auto rounded-md border border-line bg-page p-3"
        >
          <pre className="font-mono text-sm break-words whitespace-pre-wrap">{asked.data}</pre>
        </section>
        {cut ? <p className="text-sm text-soft">These are the first {sized(LONGEST_TEXT)} of it.</p> : null}
      </>
    );
  return <Shown blob={asked.data} isPdf={looks === "pdf"} name={file.name} />;
}

/** Bytes as a picture or in the browser's own reader; their kind is what was decided here, not what they claim. */
function Shown({ blob, isPdf, name }: { blob: Blob; isPdf: boolean; name: string }) {
  const address = useMemo(
    () => URL.createObjectURL(isPdf ? new Blob([blob], { type: "application/pdf" }) : blob),
    [blob, isPdf],
  );
  useEffect(() => () => URL.revokeObjectURL(address), [address]);
  if (!isPdf) return <img src={address} alt={name} className="mx-auto max-h-[65vh] max-w-full object-contain" />;
  // a frame with `sandbox` shows no PDF at all: the reader has a process of its own, and runs nothing of our page
  return <iframe src={address} title={name} className="h-[65vh] w-full rounded-md border border-line" />;
}
