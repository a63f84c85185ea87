import { useInfiniteQuery } from "@tanstack/react-query";
import { FolderPlus, Files as Icon, Upload } from "lucide-react";
import { useCallback, useEffect, useState } from "react";
import { filesOf } from "../api/files";
import type { FileEntry, FilePage } from "../api/schema";
import { useCalm } from "../fields/useCalm";
import { newFolder } from "../files/acts";
import Preview from "../files/Preview";
import { pick } from "../files/pick";
import { Uploads } from "../files/Uploads";
import { uploads } from "../files/uploads";
import { go, useSearch } from "../frame/route";
import { sized } from "../run/picked";
import { useRole } from "../session";
import { Button } from "../ui/Button";
import { DropArea } from "../ui/DropArea";
import { Card, Page } from "../ui/Page";
import { SearchBox } from "../ui/SearchBox";
import { Empty, Listed } from "../ui/States";
import { FileTable } from "./files/FileTable";
import { FolderPath } from "./files/FolderPath";

const open = (folder: string) => go(folder ? `/files?${new URLSearchParams({ folder })}` : "/files");

export default function Files() {
  const folder = useSearch().get("folder") ?? "";
  const may = useRole() !== "read";
  const [search, setSearch] = useState("");
  const calm = useCalm(search.trim());
  const listed = useInfiniteQuery(filesOf(calm ? { search: calm } : { folder }));
  const [seen, setSeen] = useState<FileEntry>();
  // biome-ignore lint/correctness/useExhaustiveDependencies: whoever goes to a folder looks for nothing any more
  useEffect(() => setSearch(""), [folder]);
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = listed;
  const more = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  const first = listed.data?.pages[0];
  const files = listed.data?.pages.flatMap((page) => page.items) ?? [];
  const take = (list: readonly File[]) => uploads.begin(list, folder);
  const isNothing = !files.length && !first?.folders.length;
  return (
    <DropArea onFiles={(list) => may && take(list)}>
      <Page
        title="Files"
        about={first ? told(first) : "What the workflows of this workspace work with."}
        whole
        actions={
          may ? (
            <>
              <Button icon={FolderPlus} onClick={() => newFolder(folder, open)}>
                New folder
              </Button>
              <Button icon={Upload} kind="main" onClick={() => pick(take)}>
                Upload
              </Button>
            </>
          ) : null
        }
      >
        <div className="flex flex-wrap items-center gap-3">
          <FolderPath folder={folder} onOpen={open} />
          <SearchBox label="Look for files" placeholder="Name, in all folders…" value={search} onChange={setSearch} />
        </div>
        <Uploads />
        <Card className="min-h-60 flex-1 overflow-hidden">
          <Listed listed={listed} isEmpty={!files.length}>
            {isNothing ? (
              <Nothing search={calm} folder={folder} onUpload={may ? () => pick(take) : undefined} />
            ) : (
              <FileTable
                folder={folder}
                folders={first?.folders ?? []}
                files={files}
                far={Boolean(calm)}
                may={may}
                onOpen={open}
                onSee={setSeen}
                onEnd={more}
              />
            )}
          </Listed>
        </Card>
      </Page>
      {seen ? <Preview file={seen} onClose={() => setSeen(undefined)} /> : null}
    </DropArea>
  );
}

const told = ({ used, quota, max_bytes }: FilePage) =>
  `${sized(used)}${quota ? ` of ${sized(quota)}` : ""} used; a file has at most ${sized(max_bytes)}.`;

function Nothing({ search, folder, onUpload }: { search: string; folder: string; onUpload?: () => void }) {
  if (search)
    return (
      <Empty icon={Icon} title="No file is called that">
        <p>Part of a name is enough; all folders are looked through.</p>
      </Empty>
    );
  return (
    <Empty icon={Icon} title={folder ? "Nothing in this folder yet" : "No file yet"}>
      <p>
        {onUpload
          ? "Upload files, or let them go over this page: workflows then use them, and agents look at them."
          : "Whoever may change this workspace can upload files here."}
      </p>
      {onUpload ? (
        <Button icon={Upload} kind="main" onClick={onUpload}>
          Upload files
        </Button>
      ) : null}
    </Empty>
  );
}
