import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { toast } from "sonner";
import { again, workspaces } from "../../api/accounts";
import { write } from "../../api/client";
import { attempt } from "../../frame/actions";
import { Confirm } from "../../frame/Confirm";
import { useRole, useSession } from "../../session";
import { Button } from "../../ui/Button";
import { Form } from "../../ui/Form";
import { Failed, Skeleton } from "../../ui/States";
import { Section } from "./Section";

/** The workspace that is open: its name, and its end. */
export function Workspace() {
  const here = useSession((state) => state.workspace);
  const may = useRole() === "admin";
  const listed = useQuery(workspaces);
  const [asking, setAsking] = useState<"delete" | "leave">();
  const one = listed.data?.items.find((other) => other.id === here);
  if (listed.error) return <Failed error={listed.error} onRetry={() => void listed.refetch()} />;
  if (!one) return <Skeleton rows={4} />;
  const end = async (what: "delete" | "leave") => {
    const done =
      what === "delete" ? write("DELETE", `/workspaces/${here}`) : write("POST", `/workspaces/${here}/leave`);
    // what one may do has changed: begin anew
    if (await attempt(done.then(() => true))) location.assign("/workflows");
  };
  return (
    <>
      <Section title="Name">
        {may ? (
          <Form
            key={one.name}
            calm
            verb="Save"
            asks={[{ name: "name", label: "Name of the workspace", value: one.name }]}
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
      <Section
        title="Leave the workspace"
        about="For guests: you see nothing of it any more. Members of the organization keep what their role gives."
        actions={<Button onClick={() => setAsking("leave")}>Leave the workspace</Button>}
      />
      {may ? (
        <Section
          title="Delete the workspace"
          about="With its workflows, runs, secrets and keys. For two weeks an admin of the organization can restore it."
          actions={
            <Button kind="danger" onClick={() => setAsking("delete")}>
              Delete the workspace
            </Button>
          }
        />
      ) : null}
      <Confirm
        open={Boolean(asking)}
        title={asking === "delete" ? `Delete “${one.name}”?` : `Leave “${one.name}”?`}
        verb={asking === "delete" ? "Delete the workspace" : "Leave the workspace"}
        onClose={() => setAsking(undefined)}
        onConfirm={() => asking && void end(asking)}
      >
        {asking === "delete"
          ? "Its workflows stop at once. For two weeks an admin of the organization can restore it."
          : "Somebody has to let you in again."}
      </Confirm>
    </>
  );
}
