import { toast } from "sonner";
import { again, useOrganization } from "../../api/accounts";
import { write } from "../../api/client";
import { asking } from "../../frame/asked";
import { anew } from "../../frame/route";
import { Button } from "../../ui/Button";
import { Form } from "../../ui/Form";
import { Skeleton } from "../../ui/States";
import { Section } from "./Section";

interface Act {
  verb: string;
  about: string;
  path: string;
  method?: "POST" | "DELETE";
}
const LEAVE: Act = {
  verb: "Leave the organization",
  about: "You lose its workspaces, and the keys you made for them.",
  path: "/leave",
};
const SIGN_OUT: Act = {
  verb: "Sign everybody out",
  about: "Every session of every member ends, yours included.",
  path: "/sign-out",
};
const DELETE: Act = {
  verb: "Delete the organization",
  about: "With all its workspaces. For two weeks its owner can restore it.",
  path: "",
  method: "DELETE",
};

const found = () =>
  asking.form({
    title: "New organization",
    verb: "Make it",
    asks: [{ name: "name", label: "Name" }],
    onSubmit: async ({ name }) => {
      const made = await write<{ id: string }>("POST", "/organizations", { name });
      await write("POST", "/workspaces", { name: "First workspace", organization_id: made.id });
      await anew("/settings/workspaces");
    },
  });

export function Organization() {
  const { id, organization, role } = useOrganization();
  if (!organization) return <Skeleton rows={4} />;
  const may = role !== "member";
  const begin = ({ verb, about, path, method = "POST" }: Act) =>
    asking.yes({
      title: `${verb}?`,
      about,
      verb,
      perform: () => write(method, `/organizations/${id}${path}`).then(() => anew("/workflows")),
    });
  const hours = (text: string | undefined) => (text ? Number(text) : null);
  return (
    <>
      {may ? (
        <Section
          title="Name and sessions"
          about="When members have to sign in again. Left empty, the instance decides."
        >
          <Form
            key={organization.id}
            calm
            verb="Save"
            asks={[
              { name: "name", label: "Name", value: organization.name },
              {
                name: "idle",
                label: "After so many hours without use",
                kind: "number",
                optional: true,
                value: String(organization.policy?.idle_hours ?? ""),
              },
              {
                name: "max",
                label: "After so many hours in any case",
                kind: "number",
                optional: true,
                value: String(organization.policy?.max_hours ?? ""),
              },
            ]}
            onSubmit={async ({ name, idle, max }) => {
              const policy = { idle_hours: hours(idle), max_hours: hours(max) };
              await write("PATCH", `/organizations/${id}`, { name, policy });
              await again("organizations");
              toast.success("Saved");
            }}
          />
        </Section>
      ) : null}
      <Section
        title="Another organization"
        about="People and workspaces of their own, apart from this one."
        actions={<Button onClick={found}>New organization</Button>}
      />
      <Section
        title="Leave the organization"
        about={role === "owner" ? `${LEAVE.about} Its last owner hands it over or deletes it.` : LEAVE.about}
        actions={<Button onClick={() => begin(LEAVE)}>{LEAVE.verb}</Button>}
      />
      {may ? (
        <Section
          title="Sign everybody out"
          about={SIGN_OUT.about}
          actions={<Button onClick={() => begin(SIGN_OUT)}>{SIGN_OUT.verb}</Button>}
        />
      ) : null}
      {role === "owner" ? (
        <Section
          title="Delete the organization"
          about={DELETE.about}
          actions={
            <Button kind="danger" onClick={() => begin(DELETE)}>
              {DELETE.verb}
            </Button>
          }
        />
      ) : null}
    </>
  );
}
