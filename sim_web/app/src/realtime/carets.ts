/** Where people are in a shared text: told as places that move with what is typed. */

import * as Y from "yjs";
import type { Any } from "./document";
import type { Peer, PeerCaret, Presence } from "./types";

/** Whose carets they are. */
export interface Company {
  readonly peers: readonly Peer[];
  /** What one shows of oneself. */
  readonly mine: Presence;
  setPresence(presence: Presence): void;
}

interface Address {
  readonly block_id: string;
  readonly field: string;
}

export function tellCaret(
  company: Company,
  about: Address,
  text: Y.Text,
  place: { anchor: number; head: number } | null,
) {
  const { block_id, field } = about;
  const mine = company.mine.editing;
  // Whoever is in another field already has not left that one.
  if (!place && (mine?.block_id !== block_id || mine.field !== field)) return;
  const at = (index: number) => Y.relativePositionToJSON(Y.createRelativePositionFromTypeIndex(text, index));
  company.setPresence({ editing: place && { block_id, field, anchor: at(place.anchor), head: at(place.head) } });
}

export function caretsIn(company: Company, about: Address, text: Y.Text): PeerCaret[] {
  const found = [];
  for (const { sid, user_id, name, editing } of company.peers) {
    if (editing?.block_id !== about.block_id || editing.field !== about.field) continue;
    const [anchor, head] = [index(text, editing.anchor), index(text, editing.head)];
    if (anchor !== null && head !== null) found.push({ sid, user_id, name, anchor, head });
  }
  return found;
}

function index(text: Y.Text, place: Any): number | null {
  if (!place || !text.doc) return null;
  const found = Y.createAbsolutePositionFromRelativePosition(Y.createRelativePositionFromJSON(place), text.doc);
  return found?.type === text ? found.index : null;
}
