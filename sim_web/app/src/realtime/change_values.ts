/** How fields, container settings, variables and the workflow's own facts are changed. */

import { idTrouble, MAX_VARIABLES, pointer, valuesTrouble, valueTrouble, variableNameTrouble } from "./checks";
import type { Any } from "./document";
import {
  type AddVariables,
  type Applied,
  at,
  type Block,
  type Document,
  fullVariable,
  put,
  type RemoveVariables,
  type UpdateSubflow,
  type UpdateValues,
  type UpdateVariable,
  type UpdateWorkflow,
  type ValueChange,
  type Values,
  type Variable,
  without,
} from "./document";
import { Draft, twice } from "./draft";
import { equal } from "./equal";
import { anything, count, type Kind, oneOf, text, whole } from "./kinds";
import { nameKey } from "./letters";

const LOOP: Record<string, Kind> = {
  loop_type: oneOf("for", "for_each", "while", "do_while"),
  iterations: count,
  collection: anything,
  condition: text,
  language: oneOf("python", "javascript"),
};
const PARALLEL: Record<string, Kind> = {
  parallel_type: oneOf("count", "collection"),
  count,
  collection: anything,
  batch_size: whole,
};
const VARIABLE: Record<string, Kind> = {
  name: text,
  type: oneOf("string", "number", "boolean", "object", "array", "plain"),
  value: anything,
};
const WORKFLOW: Record<string, Kind> = { name: text, description: text };

/** Change fields; the last of several changes of one field is what counts. */
export function updateValues(document: Document, op: UpdateValues): Applied {
  const draft = new Draft(document);
  const wanted = new Map<string, ValueChange>();
  op.items.forEach((item, index) => {
    if (checkValue(draft, item, `/items/${index}`, index)) wanted.set(`${item.block_id}\0${item.field}`, item);
  });
  const changed = [...wanted.values()].filter((item) => {
    return !equal(at((at(document.blocks, item.block_id) as Block).values, item.field) ?? null, item.value ?? null);
  });
  if (!changed.length || draft.refusals.length) return draft.applied(null);
  const fresh = new Map<string, Record<string, Any>>();
  for (const { block_id, field, value } of changed) {
    const values = fresh.get(block_id) ?? { ...(at(document.blocks, block_id) as Block).values };
    fresh.set(block_id, values);
    if (value === null || value === undefined) delete values[field];
    else put(values, field, value);
  }
  const blocks = draft.ownBlocks();
  for (const [id, values] of fresh) put(blocks, id, { ...(blocks[id] as Block), values });
  const items = changed.map(({ block_id, field, value }) => ({ block_id, field, value: value ?? null }));
  return draft.applied({ op: "value.update", items });
}

function checkValue(draft: Draft, item: ValueChange, where: string, index: number): boolean {
  const block = at(draft.blocks, item.block_id);
  if (!block) {
    draft.missing("block", item.block_id, `${where}/block_id`, index);
    return false;
  }
  if (draft.refuseLocked(item.block_id, where, index)) return false;
  const now = at(block.values, item.field) ?? null;
  const trouble = valuesTrouble({ [item.field]: item.value ?? null });
  if (item.expected !== undefined && !equal(item.expected, now)) {
    draft.refuse(["conflict", `${block.name}: '${item.field}' was changed meanwhile`], where, index, now);
  } else if (trouble) {
    draft.refuse(trouble, `${where}/value`, index, now);
  } else {
    return true;
  }
  return false;
}

/** Change what a container repeats over. */
export function updateSubflow(document: Document, op: UpdateSubflow): Applied {
  const draft = new Draft(document);
  const subflow = at(document.subflows, op.id);
  if (!subflow || !at(document.blocks, op.id)) {
    draft.missing("container", op.id, "/id");
    return draft.applied(null);
  }
  draft.refuseLocked(op.id, "/id");
  const set = facts(draft, subflow, op.set, subflow.kind === "loop" ? LOOP : PARALLEL);
  if (isEmpty(set) || draft.refusals.length) return draft.applied(null);
  put(draft.ownSubflows(), op.id, { ...subflow, ...set });
  return draft.applied({ op: "subflow.update", id: op.id, set });
}

/** The facts that are new, in their types. */
function facts(draft: Draft, thing: Values, given: Values, kinds: Record<string, Kind>): Values {
  const fresh: Record<string, Any> = {};
  for (const [key, value] of Object.entries(given)) {
    const where = `/set/${pointer(key)}`;
    const kind = at(kinds, key);
    if (!kind) {
      draft.refuse(["invalid", `there is no '${key}' here; there are ${Object.keys(kinds).join(", ")}`], where);
      continue;
    }
    const converted = kind(value);
    if ("trouble" in converted) {
      draft.refuse(["invalid", converted.trouble], where, 0, thing[key]);
      continue;
    }
    const trouble = valueTrouble(converted.value);
    if (trouble) draft.refuse(trouble, where, 0, thing[key]);
    if (!equal(converted.value, thing[key])) fresh[key] = converted.value;
  }
  return fresh;
}

export function addVariables(document: Document, op: AddVariables): Applied {
  const draft = new Draft(document);
  const given = op.variables.map(fullVariable);
  if (Object.keys(document.variables).length + given.length > MAX_VARIABLES) {
    draft.refuse(["too_large", `a workflow has at most ${MAX_VARIABLES} variables`], "/variables");
  }
  const doubles = twice(given.map((variable) => variable.id));
  const fresh = new Map<string, Variable>();
  given.forEach((variable, index) => {
    const where = `/variables/${index}`;
    const standing = at(document.variables, variable.id);
    if (standing && equal(standing, variable)) return;
    if (standing || doubles.has(variable.id)) {
      draft.refuse(["id_conflict", `the id '${variable.id}' is taken`], `${where}/id`, index, standing);
      return;
    }
    const [bad, heavy] = [idTrouble(variable.id), valueTrouble(variable.value)];
    if (bad) draft.refuse(bad, `${where}/id`, index);
    if (heavy) draft.refuse(heavy, `${where}/value`, index);
    checkName(draft, variable, [...Object.values(document.variables), ...fresh.values()], `${where}/name`, index);
    fresh.set(variable.id, variable);
  });
  if (!fresh.size || draft.refusals.length) return draft.applied(null);
  const variables = draft.ownVariables();
  for (const variable of fresh.values()) put(variables, variable.id, variable);
  return draft.applied({ op: "variable.add", variables: [...fresh.values()] });
}

function checkName(draft: Draft, variable: Variable, others: Variable[], where: string, index = 0): void {
  const trouble = variableNameTrouble(variable.name);
  if (trouble) {
    draft.refuse(trouble, where, index);
    return;
  }
  const key = nameKey(variable.name);
  const other = others.find((one) => one.id !== variable.id && nameKey(one.name) === key);
  if (other) draft.refuse(["name_conflict", `there is already a variable named '${other.name}'`], where, index);
}

/** Remove variables; what is not there is gone already. */
export function removeVariables(document: Document, op: RemoveVariables): Applied {
  const draft = new Draft(document);
  const gone = new Set(op.ids.filter((id) => at(document.variables, id)));
  if (gone.size) draft.variables = without(document.variables, gone);
  return draft.applied(gone.size ? { op: "variable.remove", ids: [...gone] } : null);
}

export function updateVariable(document: Document, op: UpdateVariable): Applied {
  const draft = new Draft(document);
  const variable = at(document.variables, op.id);
  if (!variable) {
    draft.missing("variable", op.id, "/id");
    return draft.applied(null);
  }
  const set = facts(draft, variable, op.set, VARIABLE);
  if ("name" in set) checkName(draft, { ...variable, name: set.name }, Object.values(document.variables), "/set/name");
  if (isEmpty(set) || draft.refusals.length) return draft.applied(null);
  put(draft.ownVariables(), op.id, { ...variable, ...set });
  return draft.applied({ op: "variable.update", id: op.id, set });
}

export function updateWorkflow(document: Document, op: UpdateWorkflow): Applied {
  const draft = new Draft(document);
  const set = facts(draft, document, op.set, WORKFLOW);
  if (isEmpty(set) || draft.refusals.length) return draft.applied(null);
  return { document: { ...document, ...set }, effective: { op: "workflow.update", set }, refusals: [] };
}

function isEmpty(set: Values): boolean {
  return Object.keys(set).length === 0;
}
