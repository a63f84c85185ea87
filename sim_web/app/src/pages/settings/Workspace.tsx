import { useQuery } from "@tanstack/react-query";
import { toast } from "sonner";
import { again, grants, workspaces } from "../../api/accounts";
import { write } from "../../api/client";
import { asking } from "../../frame/asked";
import { anew } from "../../frame/route";
import { useMe, useRole, useSession } from "../../session";
import { Button } from "../../ui/Button";
import { Form } from "../../ui/Form";
import { Failed, Skeleton } from "../../ui/States";
import { Section } from "./Section";

/** The workspace that is open: its name, and its end. */
export function Workspace() {
  const here = useSession((state) => state.workspace);
  const may = useRole() === "admin";
  const listed = useQuery(workspaces);
  const me = useMe();
  const granted = useQuery(grants(here));
  const named = granted.data?.items.some((other) => other.user_id === me?.id);
  const one = listed.data?.items.find((other) => other.id === here);
  if (listed.error) return <Failed error={listed.error} onRetry={() => void listed.refetch()} />;
  if (!one || granted.isPending) return <Skeleton rows={4} />;
  // what one may do has changed then: begin anew
  const begin = (verb: string, title: string, about: string, done: () => Promise<unknown>) =>
    asking.yes({ title, about, verb, perform: () => done().then(() => anew("/workflows")) });
  const leave = () =>
    begin("Leave the workspace", `Leave “${one.name}”?`, "Somebody has to let you in again.", () =>
      write("POST", `/workspaces/${here}/leave`),
    );
  const remove = () =>
    begin(
      "Delete the workspace",
      `Delete “${one.name}”?`,
      "Its workflows stop at once. For two weeks an admin of the organization can restore it.",
      () => write("DELETE", `/workspaces/${here}`),
    );
  return (
    <>
      <Section title="This workspace">
        {may ? (
          <Form
            key={here}
            calm
            verb="Save"
            asks={[{ name: "name", label: "Name", value: one.name }]}
            onSubmit={async ({ name }) => {
              await write("PATCH", `/workspaces/${here}`, { name });
              await again("workspaces");
              toast.success("Saved");
            }}
          />
        ) : (
          <p>{one.name}</p>
        )}
      </Section>
      {named ? (
        <Section
          title="Leave the workspace"
          about="You see nothing of it any more. Owners and admins of the organization keep what that gives them."
          actions={<Button onClick={leave}>Leave the workspace</Button>}
        />
      ) : null}
      {may ? (
        <Section
          title="Delete the workspace"
          about="With its workflows, runs, secrets and keys. For two weeks an admin of the organization can restore it."
          actions={
            <Button kind="danger" onClick={remove}>
              Delete the workspace
            </Button>
          }
        />
      ) : null}
    </>
  );
}
