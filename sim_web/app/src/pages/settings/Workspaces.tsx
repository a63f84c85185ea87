import { useQuery } from "@tanstack/react-query";
import { Box, Undo2 } from "lucide-react";
import { again, deletedWorkspaces, organizations, workspaces } from "../../api/accounts";
import { write } from "../../api/client";
import type { WorkspaceEntry } from "../../api/schema";
import { attempt } from "../../frame/actions";
import { asking } from "../../frame/asked";
import { enterWorkspace } from "../../frame/workspace";
import { useSession } from "../../session";
import { Button } from "../../ui/Button";
import { Badge, List, Named } from "../../ui/List";
import { day } from "../../ui/when";
import { refreshMe } from "./Profile";
import { Head } from "./Section";

/** Every workspace there is for the person, and those that are about to go. */
export function Workspaces() {
  const here = useSession((state) => state.workspace);
  const listed = useQuery(workspaces);
  const all = useQuery(organizations).data?.items ?? [];
  const mine = all.filter((one) => one.role !== "member" && !one.delete_after);
  const names = new Map(all.map((one) => [one.id, one.name]));
  const make = () =>
    asking.form({
      title: "New workspace",
      verb: "Make it",
      asks: [
        { name: "name", label: "Name" },
        {
          name: "organization_id",
          label: "Organization",
          kind: "choice",
          value: mine[0]?.id,
          options: mine.map((one) => ({ value: one.id, label: one.name })),
        },
      ],
      onSubmit: async (answers) => {
        const made = await write<WorkspaceEntry>("POST", "/workspaces", answers);
        await refreshMe();
        await again("workspaces");
        enterWorkspace(made.id);
      },
    });
  return (
    <>
      <Head title="Your workspaces" about="Workflows, runs, secrets and keys live in one each.">
        {mine.length ? (
          <Button kind="main" onClick={make}>
            New workspace
          </Button>
        ) : null}
      </Head>
      <List
        label="Workspaces"
        query={listed}
        items={(reply) => reply.items}
        idOf={(one) => one.id}
        empty={{ icon: Box, title: "No workspace", about: "Make one, or have somebody let you into theirs." }}
        row={(one) => (
          <>
            <Named
              name={one.name}
              badge={one.id === here ? <Badge tone="text-good">open</Badge> : null}
              about={`${names.get(one.organization_id) ?? "shared with you"} · ${one.role}`}
            />
            {one.id === here ? null : <Button onClick={() => enterWorkspace(one.id)}>Open</Button>}
          </>
        )}
      />
      {mine.map((one) => (
        <Going key={one.id} id={one.id} />
      ))}
      {all
        .filter((one) => one.delete_after && one.role === "owner")
        .map((one) => (
          <Head
            key={one.id}
            title={`${one.name} is about to go`}
            about={`The organization is deleted on ${day(one.delete_after ?? "")}.`}
          >
            <Button
              icon={Undo2}
              onClick={() =>
                void attempt(write("POST", `/organizations/${one.id}/restore`)).then(() => location.reload())
              }
            >
              Restore
            </Button>
          </Head>
        ))}
    </>
  );
}

/** Workspaces of an organization that can still be had back. */
function Going({ id }: { id: string }) {
  const gone = useQuery(deletedWorkspaces(id));
  const restore = async (workspace: string) => {
    await attempt(write("POST", `/organizations/${id}/deleted-workspaces/${workspace}/restore`));
    await refreshMe();
    await Promise.all([again("workspaces"), again("organization", id)]);
  };
  if (!gone.data?.items.length) return null;
  return (
    <>
      <Head title="About to go" about="They can be had back until then." />
      <List
        label="Deleted workspaces"
        query={gone}
        items={(reply) => reply.items}
        idOf={(one) => one.id}
        empty={{ icon: Box, title: "", about: "" }}
        row={(one) => (
          <>
            <Named name={one.name} about={`goes on ${day(one.delete_after ?? "")}`} />
            <Button icon={Undo2} onClick={() => void restore(one.id)}>
              Restore
            </Button>
          </>
        )}
      />
    </>
  );
}
