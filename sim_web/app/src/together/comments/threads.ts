/** Comments as threads: which there are, who is meant, what is unread. */

import type { Anchor, Colleague, Comment, CommentList } from "../../api/schema";
import { absolute, sizeOf } from "../../model/places";
import type { Document } from "../../realtime/document";

export interface Thread {
  id: string;
  anchor: Anchor | null;
  resolved: boolean;
  comments: Comment[];
  unread: number;
}

/** Threads with the one last spoken in first. */
export function threadsOf({ items, unread = [] }: Pick<CommentList, "items" | "unread">): Thread[] {
  const fresh = new Set(unread);
  const threads = new Map<string, Thread>();
  for (const one of items) {
    const thread = threads.get(one.thread_id) ?? {
      id: one.thread_id,
      anchor: null,
      resolved: false,
      comments: [],
      unread: 0,
    };
    thread.comments.push(one);
    if (one.id === thread.id) Object.assign(thread, { anchor: one.anchor, resolved: one.resolved_at !== null });
    if (fresh.has(one.id)) thread.unread++;
    threads.set(thread.id, thread);
  }
  const last = (thread: Thread) => thread.comments.at(-1)?.id ?? "";
  return [...threads.values()].sort((a, b) => (last(a) < last(b) ? 1 : -1));
}

/** Where a thread's pin is on the canvas; nowhere for the workflow as a whole, and for what is gone. */
export function spotOf(anchor: Anchor | null, doc: Document): { x: number; y: number } | null {
  const block = anchor?.block_id ? doc.blocks[anchor.block_id] : undefined;
  if (block) {
    const at = absolute(doc, block);
    return { x: at.x + sizeOf(block).width - 12, y: at.y - 20 };
  }
  return typeof anchor?.x === "number" && typeof anchor.y === "number" ? { x: anchor.x, y: anchor.y } : null;
}

/** What a thread is about, in words. */
export function aboutOf(anchor: Anchor | null, doc: Document): string {
  if (anchor?.block_id) return doc.blocks[anchor.block_id]?.name ?? "A block that is gone";
  if (typeof anchor?.x === "number") return "A spot on the canvas";
  return "The workflow";
}

/** Ids of those whose name a text calls, the longest names first so that none hides in another. */
export function mentionsIn(body: string, people: readonly Colleague[]): string[] {
  const byLength = [...people].sort((a, b) => b.name.length - a.name.length);
  let rest = body;
  const found: string[] = [];
  for (const { id, name } of byLength) {
    if (!name || !rest.includes(`@${name}`)) continue;
    found.push(id);
    rest = rest.replaceAll(`@${name}`, " ");
  }
  return found;
}

/** A text in pieces, so that who is meant stands out. */
export function pieces(body: string, names: readonly string[]): { text: string; meant: boolean }[] {
  const wanted = [...names].filter(Boolean).sort((a, b) => b.length - a.length);
  const found: { text: string; meant: boolean }[] = [];
  for (let at = 0; at < body.length; ) {
    const name = body[at] === "@" ? wanted.find((one) => body.startsWith(one, at + 1)) : undefined;
    const text = name ? `@${name}` : (body[at] as string);
    const last = found.at(-1);
    if (!name && last && !last.meant) last.text += text;
    else found.push({ text, meant: Boolean(name) });
    at += text.length;
  }
  return found;
}

/** Who is being called where the caret is: what was typed after the last `@`, and where that begins. */
export function calling(text: string, caret: number): { from: number; typed: string } | null {
  const match = /(?:^|\s)@([\p{L}\p{N}._-]{0,30}(?: [\p{L}\p{N}._-]{0,30})?)$/u.exec(text.slice(0, caret));
  return match ? { from: caret - (match[1]?.length ?? 0) - 1, typed: match[1] ?? "" } : null;
}
