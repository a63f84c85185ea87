import { useState } from "react";
import { toast } from "sonner";
import { again, useOrganization } from "../../api/accounts";
import { write } from "../../api/client";
import { attempt } from "../../frame/actions";
import { Confirm } from "../../frame/Confirm";
import { Button } from "../../ui/Button";
import { Form } from "../../ui/Form";
import { FormDialog } from "../../ui/FormDialog";
import { Skeleton } from "../../ui/States";
import { Section } from "./Section";

type Act = "leave" | "delete" | "sign-out";
const ACTS: Record<Act, { verb: string; about: string }> = {
  leave: { verb: "Leave the organization", about: "You lose its workspaces, and the keys you made for them." },
  delete: {
    verb: "Delete the organization",
    about: "With all its workspaces. For two weeks its owner can restore it.",
  },
  "sign-out": { verb: "Sign everybody out", about: "Every session of every member ends, yours included." },
};

export function Organization() {
  const { id, organization, role } = useOrganization();
  const [asking, setAsking] = useState<Act>();
  const [founding, setFounding] = useState(false);
  if (!organization) return <Skeleton rows={4} />;
  const may = role !== "member";
  const perform = async (act: Act) => {
    const path = `/organizations/${id}`;
    const done = act === "delete" ? write("DELETE", path) : write("POST", `${path}/${act}`);
    if (await attempt(done.then(() => true))) location.assign("/workflows");
  };
  const hours = (text: string | undefined) => (text ? Number(text) : null);
  return (
    <>
      {may ? (
        <Section
          title="Name and sessions"
          about="When members have to sign in again. Left empty, the instance decides."
        >
          <Form
            key={organization.id + organization.name}
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
        actions={<Button onClick={() => setFounding(true)}>New organization</Button>}
      />
      <Section
        title="Leave the organization"
        about={ACTS.leave.about}
        actions={<Button onClick={() => setAsking("leave")}>{ACTS.leave.verb}</Button>}
      />
      {may ? (
        <Section
          title="Sign everybody out"
          about={ACTS["sign-out"].about}
          actions={<Button onClick={() => setAsking("sign-out")}>{ACTS["sign-out"].verb}</Button>}
        />
      ) : null}
      {role === "owner" ? (
        <Section
          title="Delete the organization"
          about={ACTS.delete.about}
          actions={
            <Button kind="danger" onClick={() => setAsking("delete")}>
              {ACTS.delete.verb}
            </Button>
          }
        />
      ) : null}
      <Confirm
        open={Boolean(asking)}
        title={`${asking ? ACTS[asking].verb : ""}?`}
        verb={asking ? ACTS[asking].verb : ""}
        onClose={() => setAsking(undefined)}
        onConfirm={() => asking && void perform(asking)}
      >
        {asking ? ACTS[asking].about : ""}
      </Confirm>
      <FormDialog
        title="New organization"
        verb="Make it"
        open={founding}
        asks={[{ name: "name", label: "Name" }]}
        onClose={() => setFounding(false)}
        onSubmit={async ({ name }) => {
          const made = await write<{ id: string }>("POST", "/organizations", { name });
          await write("POST", "/workspaces", { name: "First workspace", organization_id: made.id });
          location.assign("/settings/workspaces");
        }}
      />
    </>
  );
}
