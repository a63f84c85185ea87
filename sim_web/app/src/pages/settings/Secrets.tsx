import { type UseQueryOptions, useQuery } from "@tanstack/react-query";
import { Lock, Trash2 } from "lucide-react";
import { toast } from "sonner";
import { mySecrets } from "../../api/accounts";
import { write } from "../../api/client";
import { queries, secrets } from "../../api/queries";
import type { PastedSecrets, SecretList } from "../../api/schema";
import { asking } from "../../frame/asked";
import { newSecret } from "../../frame/newSecret";
import { Button, IconButton } from "../../ui/Button";
import type { Ask } from "../../ui/Form";
import { List, Named } from "../../ui/List";
import { ago } from "../../ui/when";
import { Head } from "./Section";

const MANY: Ask[] = [
  {
    name: "text",
    label: "Lines of a .env file",
    kind: "long",
    placeholder: "# comments are fine\nOPENAI_API_KEY=sk-…",
  },
];

interface Props {
  title: string;
  about: string;
  path: string;
  query: UseQueryOptions<SecretList, Error, SecretList, string[]>;
}

function SecretPage({ title, about, path, query }: Props) {
  const listed = useQuery(query);
  const refresh = () => queries.invalidateQueries({ queryKey: query.queryKey });
  const paste = () =>
    asking.form({
      title: "Paste a .env file",
      about: "All of its lines are set, or none.",
      verb: "Set them",
      asks: MANY,
      onSubmit: async ({ text }) => {
        const { items } = await write<PastedSecrets>("PUT", path, { text });
        await refresh();
        toast.success(`${new Set(items.map((line) => line.name)).size} set.`);
      },
    });
  const remove = (name: string) =>
    asking.yes({
      title: `Delete ${name}?`,
      about: "Blocks that use it will fail until it is set again.",
      verb: "Delete",
      perform: () => write("DELETE", `${path}/${encodeURIComponent(name)}`).then(refresh),
    });
  return (
    <>
      <Head title={title} about={about}>
        <Button onClick={paste}>Paste a .env file</Button>
        <Button kind="main" onClick={() => newSecret(path, refresh)}>
          New secret
        </Button>
      </Head>
      <List
        label={title}
        query={listed}
        items={(reply) => reply.items}
        idOf={(one) => one.name}
        empty={{ icon: Lock, title: "No secret yet", about: "Keep keys and passwords here, not in blocks." }}
        row={(one) => (
          <>
            <Named
              name={<code className="font-mono text-sm">{one.name}</code>}
              about={`set ${ago(one.updated_at)}; its value is never shown`}
            />
            <IconButton small icon={Trash2} label={`Delete ${one.name}`} onClick={() => remove(one.name)} />
          </>
        )}
      />
    </>
  );
}

export const Secrets = () => (
  <SecretPage
    title="Secrets of this workspace"
    about="Blocks read a secret as {{NAME}}. Values are kept encrypted and never shown again."
    path="/secrets"
    query={secrets}
  />
);

export const MySecrets = () => (
  <SecretPage
    title="Your secrets"
    about="Runs that you start have them. A secret of the workspace with the same name comes first."
    path="/me/secrets"
    query={mySecrets}
  />
);
