import { type UseQueryOptions, useQuery } from "@tanstack/react-query";
import { KeyRound, Trash2 } from "lucide-react";
import { myKeys } from "../../api/accounts";
import { write } from "../../api/client";
import { keys, queries } from "../../api/queries";
import type { FreshKey, Key } from "../../api/schema";
import { asking } from "../../frame/asked";
import { Button, IconButton } from "../../ui/Button";
import type { Ask } from "../../ui/Form";
import { Badge, List, Named } from "../../ui/List";
import { ago, day } from "../../ui/when";
import { Head } from "./Section";

const SCOPES = [
  { value: "read", label: "Read" },
  { value: "run", label: "Run" },
  { value: "write", label: "Write" },
  { value: "admin", label: "Everything" },
];
const LIVES = [
  { value: "", label: "Until it is revoked" },
  { value: "30", label: "30 days" },
  { value: "90", label: "90 days" },
  { value: "365", label: "A year" },
];
const ASKS: Ask[] = [
  { name: "name", label: "Name", placeholder: "What will use it?" },
  { name: "scopes", label: "What it may do", kind: "choices", value: "read,run", options: SCOPES },
  { name: "days", label: "How long it holds", kind: "choice", options: LIVES, optional: true },
];

interface Props {
  title: string;
  about: string;
  path: string;
  query: UseQueryOptions<{ items: Key[] }, Error, { items: Key[] }, string[]>;
}

const life = (one: Key) =>
  one.expires_at ? (Date.parse(one.expires_at) < Date.now() ? "expired" : `until ${day(one.expires_at)}`) : "";
const facts = (one: Key) =>
  [`${one.prefix}…`, `made ${ago(one.created_at)}`, one.used_at ? `used ${ago(one.used_at)}` : "never used", life(one)]
    .filter(Boolean)
    .join(" · ");

function KeyPage({ title, about, path, query }: Props) {
  const listed = useQuery(query);
  const refresh = () => queries.invalidateQueries({ queryKey: query.queryKey });
  const make = () =>
    asking.form({
      title: "New key",
      verb: "Make the key",
      asks: ASKS,
      onSubmit: async ({ name, scopes = "", days }) => {
        const expires_at = days ? new Date(Date.now() + Number(days) * 86_400_000).toISOString() : null;
        const made = await write<FreshKey>("POST", path, { name, scopes: scopes.split(","), expires_at });
        await refresh();
        asking.once({
          title: "Your new key",
          about: "It is shown this once: keep it somewhere safe.",
          text: made.key,
        });
      },
    });
  const revoke = ({ id, name }: Key) =>
    asking.yes({
      title: `Revoke “${name}”?`,
      about: "Whoever uses it is refused from now on.",
      verb: "Revoke",
      perform: () => write("DELETE", `${path}/${id}`).then(refresh),
    });
  return (
    <>
      <Head title={title} about={about}>
        <Button kind="main" onClick={make}>
          New key
        </Button>
      </Head>
      <List
        label={title}
        query={listed}
        items={(reply) => reply.items}
        idOf={(one) => one.id}
        empty={{
          icon: KeyRound,
          title: "No key yet",
          about: "Programs call workflows with a key in the header X-API-Key. Make the first one.",
        }}
        row={(one) => (
          <>
            <Named
              name={one.name}
              badge={one.scopes.map((scope) => <Badge key={scope}>{scope}</Badge>)}
              about={facts(one)}
            />
            <IconButton small icon={Trash2} label={`Revoke ${one.name}`} onClick={() => revoke(one)} />
          </>
        )}
      />
    </>
  );
}

export const Keys = () => (
  <KeyPage
    title="API keys of this workspace"
    about="They speak for the workspace, whoever made them."
    path="/keys"
    query={keys}
  />
);

export const MyKeys = () => (
  <KeyPage title="Your API keys" about="They reach all your workspaces, in your name." path="/me/keys" query={myKeys} />
);
