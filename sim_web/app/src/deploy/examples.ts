/** A call of the deployed workflow in three languages, ready to be pasted. */

import type { Asked } from "../run/asked";
import { quoted } from "../ui/Command";

export type Way = "wait" | "stream" | "async";
export interface Call {
  origin: string;
  workflow: string;
  key: string;
  input: unknown;
  way: Way;
}

const SAMPLES: Record<string, unknown> = { number: 1, boolean: true, object: {}, array: [], "file[]": [], files: [] };

/** An input that fits what the start block asks for. */
export const sampleInput = (asked: readonly Asked[]): Record<string, unknown> =>
  Object.fromEntries(asked.map((one) => [one.name, sampleOf(one)]));

function sampleOf(one: Asked): unknown {
  if (one.value !== null && one.value !== undefined && one.value !== "") return typed(one);
  return SAMPLES[one.type ?? "string"] ?? `some ${one.name}`;
}

function typed(one: Asked): unknown {
  if (typeof one.value !== "string" || !one.type || one.type === "string") return one.value;
  try {
    return JSON.parse(one.value);
  } catch {
    return one.value;
  }
}

const address = (call: Call) => `${call.origin}/api/v1/workflows/${call.workflow}/execute?version=live`;
const bodyOf = (call: Call) => ({
  input: call.input,
  ...(call.way === "stream" ? { stream: true } : call.way === "async" ? { async: true } : {}),
});

export const curl = (call: Call) =>
  [
    `curl ${call.way === "stream" ? "-N " : ""}-X POST ${quoted(address(call))} \\`,
    `  -H ${quoted(`X-API-Key: ${call.key}`)} \\`,
    `  -H 'Content-Type: application/json' \\`,
    `  -d ${quoted(JSON.stringify(bodyOf(call)))}`,
  ].join("\n");

/** JSON as Python writes it. */
function literal(value: unknown): string {
  if (value === null || value === undefined) return "None";
  if (value === true) return "True";
  if (value === false) return "False";
  if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
  if (typeof value === "object")
    return `{${Object.entries(value)
      .map(([key, one]) => `${JSON.stringify(key)}: ${literal(one)}`)
      .join(", ")}}`;
  return JSON.stringify(value);
}

export function python(call: Call): string {
  const request = [
    "import json",
    "import urllib.request",
    "",
    "request = urllib.request.Request(",
    `    ${JSON.stringify(address(call))},`,
    `    data=json.dumps(${literal(bodyOf(call))}).encode(),`,
    `    headers={"X-API-Key": ${JSON.stringify(call.key)}, "Content-Type": "application/json"},`,
    ")",
    "with urllib.request.urlopen(request) as reply:",
  ];
  const rest =
    call.way === "stream"
      ? ["    for line in reply:", '        if line.startswith(b"data: "):', "            print(json.loads(line[6:]))"]
      : ["    print(json.load(reply))"];
  return [...request, ...rest].join("\n");
}

export function typescript(call: Call): string {
  const request = [
    `const reply = await fetch(${JSON.stringify(address(call))}, {`,
    `  method: "POST",`,
    `  headers: { "X-API-Key": ${JSON.stringify(call.key)}, "Content-Type": "application/json" },`,
    `  body: JSON.stringify(${JSON.stringify(bodyOf(call))}),`,
    "});",
  ];
  const rest =
    call.way === "stream"
      ? [
          "const words = new TextDecoder();",
          "for await (const part of reply.body ?? []) console.log(words.decode(part, { stream: true }));",
        ]
      : ["console.log(await reply.json());"];
  return [...request, ...rest].join("\n");
}
