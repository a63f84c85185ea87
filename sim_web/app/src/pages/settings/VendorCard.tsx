import { ArrowDown, ArrowUp, Ellipsis, Pencil, Trash2 } from "lucide-react";
import { useState } from "react";
import { write } from "../../api/client";
import type { ModelKey, Tried, VendorKeys } from "../../api/schema";
import { attempt } from "../../frame/actions";
import { asking } from "../../frame/asked";
import { Button, IconButton } from "../../ui/Button";
import { Badge, Named } from "../../ui/List";
import { Menu, type MenuEntries } from "../../ui/Menu";
import { Card } from "../../ui/Page";
import { usePicked } from "../../ui/usePicked";
import { VendorAddress } from "./VendorAddress";
import { added, ask, rested, swapped, TONES } from "./vendors";

export interface Vendor {
  one: VendorKeys;
  base: string;
  refresh: () => Promise<unknown>;
}

/** A vendor of models: where it is, its keys in their order, and what each was last heard to be good for. */
export function VendorCard({ one, base, refresh }: Vendor) {
  const [tried, setTried] = useState<Record<string, Tried | "asking">>({});
  const { provider, keys } = one;
  const say = (name: string, what?: Tried | "asking") =>
    setTried(({ [name]: _, ...others }) => (what ? { ...others, [name]: what } : others));
  const test = async (name: string) => {
    say(name, "asking");
    say(name, await attempt(write<Tried>("POST", `${base}/test`, { provider, name })));
    await refresh();
  };
  const put = (title: string, name = "") =>
    asking.form({
      title,
      about: name ? undefined : "It is kept encrypted and never shown again. The vendor is asked whether it works.",
      verb: "Save",
      asks: [ask("Key")],
      onSubmit: async ({ value }) => {
        const kept = await write<{ name: string }>("POST", base, { provider, name, value });
        await refresh();
        void test(kept.name);
      },
    });
  const order = (body: { names?: string[]; in_order?: boolean }) =>
    attempt(write("PUT", base, { provider, ...body })).then(refresh);
  const [way, choose] = usePicked(one.in_order ? "order" : "turn", (next) => order({ in_order: next === "order" }));
  const entries = (key: ModelKey, at: number): MenuEntries => [
    { label: "Replace…", icon: Pencil, perform: () => put(`Replace ${key.name}`, key.name) },
    {
      label: "Move up",
      icon: ArrowUp,
      disabled: at === 0,
      perform: () => void order({ names: swapped(keys, at, at - 1) }),
    },
    {
      label: "Move down",
      icon: ArrowDown,
      disabled: at === keys.length - 1,
      perform: () => void order({ names: swapped(keys, at, at + 1) }),
    },
    "line",
    {
      label: "Delete…",
      icon: Trash2,
      danger: true,
      perform: () =>
        asking.yes({
          title: `Delete ${key.name}?`,
          about: "Agents are asked with the keys that are left.",
          verb: "Delete",
          perform: () => write("DELETE", `${base}/${key.name}`).then(refresh),
        }),
    },
  ];
  return (
    <Card>
      <section aria-label={one.title}>
        <div className="flex flex-wrap items-center gap-3 px-4 py-3">
          <div className="min-w-0 flex-1 basis-60">
            <h3 className="font-semibold">{one.title}</h3>
            <p className="text-sm text-soft">
              {one.doc} {lacking(one)}
            </p>
          </div>
          {keys.length > 1 ? (
            <select
              aria-label={`How the keys of ${one.title} are asked`}
              className="control w-auto"
              value={way}
              onChange={(event) => choose(event.target.value)}
            >
              <option value="turn">Asked in turn</option>
              <option value="order">Asked in this order</option>
            </select>
          ) : null}
          <Button aria-label={`Add a key of ${one.title}`} onClick={() => put(`Add a key of ${one.title}`)}>
            Add a key
          </Button>
        </div>
        <ul aria-label={`Keys of ${one.title}`}>
          {keys.map((key, at) => (
            <li key={key.name} className="flex flex-wrap items-center gap-x-3 gap-y-1 border-t border-line px-4 py-2">
              <Named
                name={<code className="font-mono text-sm">{key.name}</code>}
                badge={rested(key) ? <Badge tone="text-bad">{rested(key)}</Badge> : null}
                about={added(key)}
              />
              <Button
                aria-label={`Test ${key.name}`}
                disabled={tried[key.name] === "asking"}
                onClick={() => void test(key.name)}
              >
                Test
              </Button>
              <Menu entries={entries(key, at)}>
                <IconButton small icon={Ellipsis} label={`More about ${key.name}`} />
              </Menu>
              <Heard tried={tried[key.name]} />
            </li>
          ))}
        </ul>
        {one.address_name && (one.keyless || one.has_address) ? (
          <VendorAddress one={one} base={base} refresh={refresh} />
        ) : null}
      </section>
    </Card>
  );
}

const lacking = ({ keys, keyless, of_instance }: VendorKeys) => {
  if (keys.length) return "";
  if (of_instance) return `Uses the instance's ${of_instance === 1 ? "key" : `${of_instance} keys`}.`;
  return keyless ? "Needs no key." : "No key yet: its models cannot be asked.";
};

const Heard = ({ tried }: { tried?: Tried | "asking" }) => (
  <p
    role="status"
    className={`basis-full text-sm empty:hidden ${tried && tried !== "asking" ? TONES[tried.outcome] : "text-soft"}`}
  >
    {tried === "asking" ? "The vendor is asked…" : tried?.words}
  </p>
);
