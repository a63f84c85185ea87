import { useQuery } from "@tanstack/react-query";
import { Pencil, ShieldBan, Trash2 } from "lucide-react";
import { again, groups, members, useOrganization } from "../../api/accounts";
import { write } from "../../api/client";
import { integrations, providers } from "../../api/queries";
import type { Group, Member, Rules } from "../../api/schema";
import { asking } from "../../frame/asked";
import { Button, IconButton } from "../../ui/Button";
import type { Answers, Ask } from "../../ui/Form";
import { List, Named } from "../../ui/List";
import { Head } from "./Section";

const words = (text: string | undefined) => (text ?? "").split(/[\s,]+/).filter(Boolean);
const only = (text: string | undefined) => (text ? text.split(",") : null);

/** A group as what was answered makes it; nothing chosen of the vendors or integrations forbids none. */
export const ofAnswers = (answers: Answers): { name: string; rules: Rules; people: string[] } => ({
  name: answers.name ?? "",
  people: words(answers.people),
  rules: {
    providers: only(answers.providers),
    integrations: only(answers.integrations),
    denied_models: words(answers.denied_models),
    denied_tools: words(answers.denied_tools),
    denied_surfaces: words(answers.denied_surfaces),
  },
});

const told = (one: Group) => {
  const { rules } = one;
  const facts = [
    `${one.people.length} ${one.people.length === 1 ? "person" : "people"}`,
    rules.providers ? `only ${rules.providers.join(", ")}` : "",
    rules.integrations ? `only ${rules.integrations.join(", ")}` : "",
    rules.denied_models?.length ? `not ${rules.denied_models.join(", ")}` : "",
    rules.denied_tools?.length ? `not ${rules.denied_tools.join(", ")}` : "",
    rules.denied_surfaces?.length ? `no ${rules.denied_surfaces.join(", ")}` : "",
  ];
  return facts.filter(Boolean).join(" · ");
};

export function Groups() {
  const { id } = useOrganization();
  const listed = useQuery({ ...groups(id), enabled: Boolean(id) });
  const asks = useAsks(id);
  const path = `/organizations/${id}/permission-groups`;
  const refresh = () => again("organization", id);
  const put = (one?: Group) =>
    asking.form({
      title: one ? "Change the group" : "New permission group",
      verb: "Save",
      asks: asks?.(one) ?? [],
      onSubmit: (answers) =>
        write(one ? "PUT" : "POST", one ? `${path}/${one.id}` : path, ofAnswers(answers)).then(refresh),
    });
  const remove = (one: Group) =>
    asking.yes({
      title: `Delete “${one.name}”?`,
      about: "Its people may use everything again that it forbade.",
      verb: "Delete",
      perform: () => write("DELETE", `${path}/${one.id}`).then(refresh),
    });
  return (
    <>
      <Head title="Permission groups" about="What some members may not use in any workspace of the organization.">
        <Button kind="main" disabled={!asks} onClick={() => put()}>
          New group
        </Button>
      </Head>
      <List
        label="Permission groups"
        query={listed}
        items={(reply) => reply.items}
        idOf={(one) => one.id}
        empty={{
          icon: ShieldBan,
          title: "No group",
          about: "Everybody may use every model, integration and tool. A group says otherwise for its people.",
        }}
        row={(one) => (
          <>
            <Named name={one.name} about={told(one)} />
            <IconButton small icon={Pencil} label={`Change ${one.name}`} disabled={!asks} onClick={() => put(one)} />
            <IconButton small icon={Trash2} label={`Delete ${one.name}`} onClick={() => remove(one)} />
          </>
        )}
      />
    </>
  );
}

/** What is asked of a group, once all that can be chosen is known. */
function useAsks(organization: string): ((one?: Group) => Ask[]) | undefined {
  const people = useQuery({ ...members(organization), enabled: Boolean(organization) }).data?.items;
  const vendors = useQuery(providers).data?.items;
  const services = useQuery(integrations).data?.items;
  if (!people || !vendors || !services) return undefined;
  const titled = (list: { id: string; title: string }[]) => list.map(({ id, title }) => ({ value: id, label: title }));
  return (one) => asksOf(one, people, titled(vendors), titled(services));
}

type Options = NonNullable<Ask["options"]>;

function asksOf(one: Group | undefined, people: Member[], vendors: Options, services: Options): Ask[] {
  const list = (name: keyof Rules, label: string, placeholder: string): Ask => ({
    name,
    label,
    placeholder,
    mono: true,
    optional: true,
    value: one?.rules[name]?.join(", "),
  });
  const choices = (name: keyof Rules, label: string, options: Ask["options"]): Ask => ({
    name,
    label,
    kind: "choices",
    options,
    optional: true,
    hint: "None chosen: all of them.",
    value: one?.rules[name]?.join(","),
  });
  return [
    { name: "name", label: "Name", value: one?.name },
    {
      name: "people",
      label: "People",
      kind: "choices",
      optional: true,
      value: one?.people.join(","),
      options: people.map(({ user_id, name }) => ({ value: user_id, label: name })),
    },
    choices("providers", "Only models of", vendors),
    choices("integrations", "Only these integrations", services),
    list("denied_models", "Models they may not use", "gpt-5, claude-opus-4"),
    list("denied_tools", "Tools they may not use", "github.delete_repository"),
    list("denied_surfaces", "Parts of the API they may not use", "keys, deployments"),
  ];
}
