import { ChevronRight } from "lucide-react";

interface Props {
  folder: string;
  onOpen: (folder: string) => void;
}

/** Where one is: each folder above is a way back to it. */
export function FolderPath({ folder, onOpen }: Props) {
  const names = folder ? folder.split("/") : [];
  return (
    <nav aria-label="Folders above" className="flex min-w-0 flex-1 flex-wrap items-center gap-1">
      {["", ...names].map((name, at) => {
        const path = names.slice(0, at).join("/");
        const here = path === folder;
        return (
          <span key={path} className="flex min-w-0 items-center gap-1">
            {at ? <ChevronRight size={14} className="shrink-0 text-soft" aria-hidden /> : null}
            <button
              type="button"
              aria-current={here ? "page" : undefined}
              className={`min-w-0 truncate rounded-sm px-1 ${here ? "font-medium" : "text-soft hover:bg-hover"}`}
              onClick={() => onOpen(path)}
            >
              {name || "All files"}
            </button>
          </span>
        );
      })}
    </nav>
  );
}
