/** What is installed, as entries of one page: services, blocks, vendors of models, and packages that bring none of them. */

import type { BlockFacts, FormField, IntegrationFacts, PluginEntry, ProviderFacts, WayFacts } from "../../api/schema";
import { counted } from "../../ui/words";

interface Common {
  id: string;
  title: string;
  doc?: string;
  color?: string;
  icon?: string;
  from?: PluginEntry;
  /** How much it brings, in words. */
  brings: string;
  /** What a search looks through. */
  words: string;
}
export interface ServiceEntry extends Common {
  kind: "service";
  service: IntegrationFacts;
  /** The form of its block, of which each operation has a part. */
  form: readonly FormField[];
}
export interface BlockEntry extends Common {
  kind: "block";
  block: BlockFacts;
}
export interface VendorEntry extends Common {
  kind: "vendor";
  vendor: ProviderFacts;
}
export interface OtherEntry extends Common {
  kind: "other";
}
export type Entry = ServiceEntry | BlockEntry | VendorEntry | OtherEntry;

interface Installed {
  services: readonly IntegrationFacts[];
  blocks: readonly BlockFacts[];
  vendors: readonly ProviderFacts[];
  plugins: readonly PluginEntry[];
}

export const SECTIONS: { kind: Entry["kind"]; title: string }[] = [
  { kind: "service", title: "Services" },
  { kind: "block", title: "Blocks" },
  { kind: "vendor", title: "Models" },
  { kind: "other", title: "Parts of the platform" },
];

const wordsOf = (...parts: (string | undefined)[]) => parts.join(" ").toLowerCase();

export function entriesOf({ services, blocks, vendors, plugins }: Installed): Entry[] {
  const bringing = (what: "blocks" | "integrations" | "providers", id: string) =>
    plugins.find((one) => one[what]?.includes(id));
  const forms = new Map(blocks.map((one) => [one.id, one.form ?? []]));
  const served = new Set(services.map((one) => one.id));
  return [
    ...services.map((one): Entry => {
      const from = bringing("integrations", one.id);
      const words = wordsOf(one.title, one.doc, from?.package, ...(one.tools ?? []).map((tool) => tool.title));
      const brings = counted(one.tools?.length ?? 0, "operation");
      return { ...one, kind: "service", service: one, form: forms.get(one.id) ?? [], from, brings, words };
    }),
    ...blocks
      .filter((one) => !served.has(one.id))
      .map((one): Entry => {
        const from = bringing("blocks", one.type);
        const words = wordsOf(one.title, one.doc, from?.package);
        const brings = one.category === "trigger" ? "Trigger" : "Block";
        return { ...one, id: one.type, kind: "block", block: one, from, brings, words };
      }),
    ...vendors.map((one): Entry => {
      const from = bringing("providers", one.id);
      const words = wordsOf(one.title, one.doc, from?.package, ...(one.models ?? []).map((model) => model.id));
      const brings = one.models?.length ? counted(one.models.length, "model") : "Any model it serves";
      return { ...one, kind: "vendor", vendor: one, from, brings, words };
    }),
    ...plugins
      .filter((one) => !one.blocks?.length && !one.integrations?.length && !one.providers?.length)
      .map((one): Entry => {
        const doc = `What ${one.package} adds to the platform itself.`;
        return {
          kind: "other",
          id: one.plugin,
          title: one.plugin,
          doc,
          from: one,
          brings: "Part",
          words: wordsOf(one.plugin, one.package),
        };
      }),
  ];
}

const ORIGINS: Record<PluginEntry["origin"], string> = {
  built_in: "built in",
  index: "from the package index",
  file: "from a file",
  address: "from an address",
};

export const originWord = ({ origin }: PluginEntry) => ORIGINS[origin];

/** The part of a service's form that belongs to one of its operations. */
export const inputsOf = (form: readonly FormField[], operation: string) =>
  form.filter((field) =>
    field.shown_if?.some((one) => one.field === "operation")
      ? field.shown_if.every((one) => one.field !== "operation" || one.values.includes(operation))
      : !["operation", "credential"].includes(field.name),
  );

const WAYS: Record<string, string> = {
  api_key: "an API key",
  aws_keys: "AWS keys",
  basic: "user and password",
  bearer: "a token",
  connection: "a connection",
  oauth: "access granted there",
};

/** The account that calls need, in words. */
export const accountWords = (ways: readonly WayFacts[] = []) =>
  ways.length ? ways.map((one) => WAYS[one.kind] ?? one.kind).join(", or ") : "none";
