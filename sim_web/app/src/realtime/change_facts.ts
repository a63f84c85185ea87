/** How facts of blocks are changed: names, flags, types, sizes, modes. */

import { checkNames } from "./change_blocks";
import { idTrouble, nameTrouble, pointer, timeoutTrouble, valueTrouble } from "./checks";
import type { Any } from "./document";
import { type Applied, at, type Block, type BlockChange, type Document, put, type UpdateBlocks } from "./document";
import { Draft } from "./draft";
import { equal } from "./equal";
import { containerKind, lockOn } from "./graph";
import { flag, type Kind, object, pin, retry, seconds, size, text, textOrNull, texts } from "./kinds";

const KINDS: Record<string, Kind> = {
  name: text,
  type: text,
  enabled: flag,
  locked: flag,
  advanced: flag,
  trigger: flag,
  error_port: flag,
  retry,
  timeout_s: seconds,
  pinned: pin,
  size,
  modes: texts,
  extra: object,
};
const MODE = "modes.";

/** Change facts of blocks, one item after the other; names are compared when all are done. */
export function updateBlocks(document: Document, op: UpdateBlocks): Applied {
  const draft = new Draft(document);
  const renamed = new Map<string, string>();
  op.items.forEach((item, index) => {
    const where = `/items/${index}`;
    const block = at(draft.blocks, item.id);
    if (!block) {
      draft.missing("block", item.id, `${where}/id`, index);
      return;
    }
    if (isProtected(draft, block, item)) {
      draft.refuseLocked(item.id, where, index);
      return;
    }
    const changed = changedBlock(draft, block, item, where, index);
    if (!equal(changed, block)) put(draft.ownBlocks(), item.id, changed);
    if (changed.name !== block.name) renamed.set(item.id, `${where}/set/name`);
  });
  if (renamed.size) checkNames(draft, renamed);
  const items = differences(draft, op);
  return draft.applied(items.length ? { op: "block.update", items } : null);
}

/** Whether a lock stands against a change; unlocking a block goes together with changing it. */
function isProtected(draft: Draft, block: Block, item: BlockChange): boolean {
  const keys = Object.keys(item.set);
  if (keys.length === 1 && keys[0] === "locked") return false;
  const lock = lockOn(draft.blocks, block.id);
  return lock !== null && !(lock.id === block.id && item.set.locked === false);
}

function changedBlock(draft: Draft, block: Block, item: BlockChange, where: string, index: number): Block {
  const facts: Record<string, Any> = {};
  let modes = { ...block.modes };
  for (const [key, given] of Object.entries(item.set)) {
    const here = `${where}/set/${pointer(key)}`;
    const kind = key.startsWith(MODE) ? textOrNull : at(KINDS, key);
    if (!kind) {
      const words = `a block has no fact '${key}'; there are ${Object.keys(KINDS).join(", ")}`;
      draft.refuse(["invalid", words], here, index);
      continue;
    }
    const converted = kind(given ?? null);
    if ("trouble" in converted) {
      draft.refuse(["invalid", converted.trouble], here, index, at(block as unknown as Record<string, Any>, key));
    } else if (key.startsWith(MODE)) {
      modes = withMode(modes, key.slice(MODE.length), converted.value);
      facts.modes = modes;
    } else {
      facts[key] = converted.value;
    }
  }
  checkFacts(draft, block, facts, `${where}/set`, index);
  return { ...block, ...facts };
}

function withMode(modes: Record<string, string>, pair: string, mode: string | null): Record<string, string> {
  if (mode === null) delete modes[pair];
  else put(modes, pair, mode);
  return modes;
}

function checkFacts(draft: Draft, block: Block, facts: Record<string, Any>, where: string, index: number): void {
  const badName = "name" in facts ? nameTrouble(facts.name) : null;
  if (badName) draft.refuse(badName, `${where}/name`, index, block.name);
  const heavy = "extra" in facts ? valueTrouble(facts.extra) : null;
  if (heavy) draft.refuse(heavy, `${where}/extra`, index);
  const long = "timeout_s" in facts ? timeoutTrouble(facts.timeout_s) : null;
  if (long) draft.refuse(long, `${where}/timeout_s`, index, block.timeout_s);
  const heavyPin = facts.pinned ? valueTrouble(facts.pinned.output) : null;
  if (heavyPin) draft.refuse(heavyPin, `${where}/pinned`, index);
  if (!("type" in facts)) return;
  const badType = idTrouble(facts.type);
  if (badType) {
    draft.refuse(badType, `${where}/type`, index, block.type);
  } else if (containerKind(facts.type) !== containerKind(block.type)) {
    const words = `a ${block.type} cannot become a ${facts.type}: only one of them holds other blocks`;
    draft.refuse(["invalid", words], `${where}/type`, index, block.type);
  }
}

/** One item a block, with the facts that are different now; unlocking comes before locking, as it was asked for. */
function differences(draft: Draft, op: UpdateBlocks): readonly BlockChange[] {
  const asked = new Map<string, Set<string>>();
  for (const item of op.items) {
    const keys = asked.get(item.id) ?? new Set();
    asked.set(item.id, keys);
    for (const key of Object.keys(item.set)) keys.add(key);
  }
  const found: BlockChange[] = [];
  for (const [id, keys] of asked) {
    const [before, after] = [at(draft.before.blocks, id), at(draft.blocks, id)];
    if (!before || !after) continue;
    // It was unlocked in between, for the sake of what else changed.
    if (keys.has("locked") && before.locked && after.locked && draft.blocks !== draft.before.blocks) return op.items;
    if (equal(before, after)) continue;
    const set: Record<string, Any> = {};
    for (const key of keys) if (!equal(fact(after, key), fact(before, key))) set[key] = fact(after, key);
    found.push({ id, set });
  }
  return found;
}

/** What stands under a key of a block's `set`. */
export function fact(block: Block, key: string): Any {
  if (key.startsWith(MODE)) return at(block.modes, key.slice(MODE.length)) ?? null;
  return at(block as unknown as Record<string, Any>, key) ?? null;
}
