/** What is done with files of the workspace, wherever it is asked for. */

import { toast } from "sonner";
import { send, write } from "../api/client";
import { filesChanged } from "../api/files";
import type { FileEntry, FileFolder, FilesTouched } from "../api/schema";
import { attempt } from "../frame/actions";
import { asking } from "../frame/asked";
import { save } from "../ui/save";
import { counted } from "../ui/words";

export const within = (folder: string, name: string) => (folder ? `${folder}/${name}` : name);

export async function download(file: FileEntry) {
  const reply = await attempt(send(`/files/${file.id}/content`));
  if (reply) await save(reply, file.name);
}

export function rename(file: FileEntry) {
  asking.form({
    title: `Rename ${file.name}`,
    verb: "Rename",
    asks: [{ name: "name", label: "Name", value: file.name }],
    onSubmit: async ({ name }) => {
      await write("PATCH", `/files/${file.id}`, { name });
      await filesChanged();
    },
  });
}

const INTO =
  "Folders within folders are written with a / between them; empty is the top. One that is not there is made.";

export function move(file: FileEntry) {
  asking.form({
    title: `Move ${file.name}`,
    verb: "Move",
    asks: [{ name: "folder", label: "Folder", value: file.folder, optional: true, hint: INTO }],
    onSubmit: async ({ folder = "" }) => {
      await write("PATCH", `/files/${file.id}`, { folder });
      await filesChanged();
    },
  });
}

export function remove(file: FileEntry) {
  asking.yes({
    title: `Delete ${file.name}?`,
    about: "Workflows that use it will say that it is not there. It cannot be had back.",
    verb: "Delete it",
    perform: async () => {
      await write("DELETE", `/files/${file.id}`);
      await filesChanged();
    },
  });
}

export function moveFolder(folder: string, go: (folder: string) => void) {
  asking.form({
    title: `Rename or move ${folder}`,
    verb: "Move",
    asks: [{ name: "to", label: "Folder", value: folder, hint: INTO }],
    onSubmit: async ({ to = "" }) => {
      const { files } = await write<FilesTouched>("POST", "/files/folders/move", { folder, to });
      await filesChanged();
      toast.success(`Moved ${counted(files, "file")}.`);
      go(to);
    },
  });
}

export function removeFolder(folder: string, held: FileFolder) {
  asking.yes({
    title: `Delete the folder ${folder}?`,
    about: `${counted(held.files, "file")} in it will go with it. They cannot be had back.`,
    verb: `Delete ${counted(held.files, "file")}`,
    perform: async () => {
      await write("POST", "/files/folders/delete", { folder });
      await filesChanged();
    },
  });
}

/** A folder is there once something lies in it: this goes to the place where it will be. */
export function newFolder(folder: string, go: (folder: string) => void) {
  asking.form({
    title: "New folder",
    verb: "Go on",
    asks: [{ name: "name", label: "Name", check: (name) => (/[\\]/.test(name) ? "A name holds no \\." : undefined) }],
    onSubmit: async ({ name = "" }) => go(within(folder, name.trim())),
  });
}
