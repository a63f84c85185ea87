/** What a run says in a chat: the outputs that were picked, or the result of the whole. */

import type { BlockFacts } from "../api/schema";
import { normalise } from "../model/names";
import { type Offer, offersOf, type Source } from "../model/offers";
import { isEntry, isNote } from "../model/ports";
import type { Document } from "../realtime/document";
import { type Asked, isFile, takesMany } from "../run/asked";
import type { RunView, Step } from "../run/view";

/** Every output that could be shown, block by block. */
export function speakers(doc: Document, types: Map<string, BlockFacts>): Source[] {
  return Object.values(doc.blocks).flatMap((block) => {
    const type = types.get(block.type);
    if (isNote(block) || isEntry(block, type)) return [];
    return [{ id: block.id, name: block.name, type, offers: offersOf(doc, block, type) }];
  });
}

/** Under which name the words go in: `input`, or the one text that the start asks for. */
export function inputOf(
  asked: readonly Asked[],
  words: string,
  conversation: string,
  files: readonly unknown[] = [],
): Record<string, unknown> {
  const texts = asked.filter((one) => !one.type || one.type === "string");
  const name = ["input", "message", "prompt", "question", "query"].find((each) =>
    texts.some((one) => one.name === each),
  );
  const target = name ?? (texts.length === 1 ? (texts[0]?.name ?? "input") : "input");
  const place = fileRow(asked);
  const given = place && files.length ? { [place.name]: takesMany(place.type) ? files : files.at(-1) } : {};
  return { [target]: words, conversation_id: conversation, ...given };
}

/** Where files go in, if the start asks for any. */
export const fileRow = (asked: readonly Asked[]) => asked.find((one) => isFile(one.type));

const told = (value: unknown): string => {
  if (value === undefined || value === null) return "";
  if (typeof value === "string") return value;
  const { content, result } = value as Record<string, unknown>;
  if (typeof content === "string") return content;
  if (result !== undefined && result !== null) return told(result);
  return `\`\`\`\n${JSON.stringify(value, null, 2)}\n\`\`\``;
};

function follow(value: unknown, path: string): unknown {
  let now = value;
  for (const part of path.split(/[.[\]]+/).filter(Boolean)) now = (now as Record<string, unknown> | null)?.[part];
  return now;
}

/** Whether its words are all there is: it still speaks, or was stopped while it did. */
const isCut = (step: Step) => step.state === "running" || step.state === "failed";

/** The words so far; of what still speaks, as much as was said. */
export function replyOf(run: RunView, doc: Document, picked: readonly Offer["path"][]): string {
  if (picked.length) {
    return picked
      .map((path) => {
        const [head = "", ...rest] = path.split(".");
        const block = Object.values(doc.blocks).find((one) => normalise(one.name) === head);
        const step = block && run.blocks[block.id];
        if (!step) return "";
        return isCut(step) ? step.text : told(follow(step.output, rest.join(".")));
      })
      .filter(Boolean)
      .join("\n\n");
  }
  if (run.status === "finished") return told(run.output);
  return Object.values(run.steps)
    .filter(isCut)
    .map((one) => one.text)
    .filter(Boolean)
    .join("\n\n");
}
