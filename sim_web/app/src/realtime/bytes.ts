/** Updates of shared documents as they travel: bytes as base64, and no more of them than are needed. */

import * as Y from "yjs";

/** What somebody lacks of a document who sent an update and has a state; `null` when it is nothing. */
export function lacking(doc: Y.Doc, update: Uint8Array, vector: Uint8Array): Uint8Array | null {
  const lacks = Y.encodeStateAsUpdate(doc, vector);
  // Every update tells all that was ever deleted: that alone is no news.
  const has = Y.createSnapshot(Y.decodeUpdate(update).ds, Y.decodeStateVector(vector));
  return Y.snapshotContainsUpdate(has, lacks) ? null : lacks;
}

export function base64(all: Uint8Array): string {
  let text = "";
  for (let index = 0; index < all.length; index += 8192)
    text += String.fromCharCode(...all.subarray(index, index + 8192));
  return btoa(text);
}

export function bytes(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}
