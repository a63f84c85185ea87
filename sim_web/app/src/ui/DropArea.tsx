import type { ReactNode } from "react";

/** A page on which files may be let go anywhere. */
export const DropArea = ({ onFiles, children }: { onFiles: (files: readonly File[]) => void; children: ReactNode }) => (
  // biome-ignore lint/a11y/noStaticElementInteractions: files may be let go anywhere; a button does the same
  <div
    className="h-full"
    onDragOver={(event) => event.preventDefault()}
    onDrop={(event) => {
      event.preventDefault();
      onFiles([...event.dataTransfer.files]);
    }}
  >
    {children}
  </div>
);
