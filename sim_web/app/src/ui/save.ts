/** Give a reply to the person as a file. */
export async function save(reply: Response, name: string) {
  const told = /filename="([^"]+)"/.exec(reply.headers.get("content-disposition") ?? "")?.[1];
  saveAs(await reply.blob(), told ?? name);
}

/** Give something to the person as a file of this name. */
export function saveAs(blob: Blob, name: string) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
