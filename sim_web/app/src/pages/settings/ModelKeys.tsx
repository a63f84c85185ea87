import { useQuery } from "@tanstack/react-query";
import { Check } from "lucide-react";
import { useState } from "react";
import { write } from "../../api/client";
import { providers, secrets } from "../../api/queries";
import type { ProviderFacts } from "../../api/schema";
import { attempt } from "../../frame/actions";
import { Button } from "../../ui/Button";
import { Card } from "../../ui/Page";
import { Failed, Skeleton } from "../../ui/States";
import { refreshSecrets } from "./Secrets";
import { Head } from "./Section";

/** The keys of model vendors: secrets with the names the vendors' packages ask for. */
export function ModelKeys() {
  const listed = useQuery(providers);
  const set = useQuery(secrets);
  const names = new Set(set.data?.items.map((one) => one.name));
  if (listed.error) return <Failed error={listed.error} />;
  if (!listed.data) return <Skeleton rows={3} />;
  return (
    <div className="grid gap-4">
      <Head title="Model keys" about="Agents use these keys unless a block names another secret." />
      {listed.data.items.map((one) => (
        <Provider key={one.id} one={one} names={names} />
      ))}
    </div>
  );
}

function Provider({ one, names }: { one: ProviderFacts; names: Set<string> }) {
  const wanted = [...new Set((one.auth ?? []).flatMap((way) => way.secrets ?? []))];
  return (
    <Card className="grid gap-3 p-4">
      <div>
        <h2 className="font-semibold">{one.title}</h2>
        <p className="text-soft">
          {one.doc} {one.models?.length ? `${one.models.length} models.` : ""}
        </p>
      </div>
      {wanted.map((name) => (
        <Key key={name} name={name} isSet={names.has(name)} />
      ))}
    </Card>
  );
}

function Key({ name, isSet }: { name: string; isSet: boolean }) {
  const [value, setValue] = useState("");
  const save = async () => {
    await attempt(write("PUT", `/secrets/${name}`, { value }));
    setValue("");
    await refreshSecrets();
  };
  return (
    <form
      className="flex flex-wrap items-center gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <label htmlFor={name} className="flex w-64 items-center gap-1.5 max-md:w-full font-mono text-sm">
        {name} {isSet ? <Check size={14} className="text-good" aria-label="is set" /> : null}
      </label>
      <input
        id={name}
        className="control min-w-0 flex-1"
        type="password"
        autoComplete="off"
        value={value}
        placeholder={isSet ? "Set; type to replace it" : "Not set"}
        onChange={(event) => setValue(event.target.value)}
      />
      <Button type="submit" disabled={!value}>
        Save
      </Button>
    </form>
  );
}
