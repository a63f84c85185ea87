import { useQuery } from "@tanstack/react-query";
import { UserMinus, Users } from "lucide-react";
import { again, grants, members, useOrganization } from "../../api/accounts";
import { write } from "../../api/client";
import type { Grant } from "../../api/schema";
import { attempt } from "../../frame/actions";
import { asking } from "../../frame/asked";
import { go } from "../../frame/route";
import { useMe, useRole, useSession } from "../../session";
import { Avatar } from "../../ui/Avatar";
import { Button, IconButton } from "../../ui/Button";
import { Badge, List, Named } from "../../ui/List";
import { RolePick } from "./RolePick";
import { Head } from "./Section";

export const ROLES = [
  { value: "read", label: "Read" },
  { value: "write", label: "Write" },
  { value: "admin", label: "Admin" },
];

/** Who may do what in the workspace that is open. */
export function People() {
  const here = useSession((state) => state.workspace);
  const me = useMe();
  const may = useRole() === "admin";
  const organization = useOrganization();
  const listed = useQuery(grants(here));
  const known = useQuery({ ...members(organization.id), enabled: Boolean(organization.id) && may });
  const invites = organization.role === "owner" || organization.role === "admin";
  const badge = (one: Grant) =>
    one.user_id === me?.id ? <Badge>you</Badge> : one.is_member ? null : <Badge>guest</Badge>;
  const inside = new Set(listed.data?.items.map((one) => one.user_id));
  const others = (known.data?.items ?? []).filter((one) => one.role === "member" && !inside.has(one.user_id));
  const set = async (user: string, role: string) => {
    await write("PUT", `/workspaces/${here}/members/${user}`, { role });
    await again("workspace", here);
  };
  const letIn = () =>
    asking.form({
      title: "Let a member in",
      verb: "Let in",
      asks: [
        {
          name: "user",
          label: "Member",
          kind: "choice",
          value: others[0]?.user_id,
          options: others.map((one) => ({ value: one.user_id, label: `${one.name} (${one.email})` })),
        },
        { name: "role", label: "May", kind: "choice", value: "write", options: ROLES },
      ],
      onSubmit: ({ user = "", role = "" }) => set(user, role),
    });
  const remove = ({ name, user_id }: Grant) =>
    asking.yes({
      title: `Remove ${name}?`,
      about: "They see nothing of this workspace from now on.",
      verb: "Remove",
      perform: () => write("DELETE", `/workspaces/${here}/members/${user_id}`).then(() => again("workspace", here)),
    });
  return (
    <>
      <Head
        title="People in this workspace"
        about="Owners and admins of the organization may do everything here, let in by name or not."
      >
        {others.length ? <Button onClick={letIn}>Let a member in</Button> : null}
        {invites ? (
          <Button kind="main" onClick={() => go("/settings/invitations")}>
            Invite people
          </Button>
        ) : null}
      </Head>
      <List
        label="People"
        query={listed}
        items={(reply) => reply.items}
        idOf={(one) => one.user_id}
        empty={{ icon: Users, title: "Nobody was let in by name", about: "Invite people, or let members in." }}
        row={(one) => (
          <>
            <Avatar id={one.user_id} name={one.name} size={28} />
            <Named name={one.name} badge={badge(one)} about={one.email} />
            <RolePick
              name={one.name}
              value={one.role}
              options={ROLES}
              disabled={!may}
              onPick={(role) => attempt(set(one.user_id, role))}
            />
            {may ? (
              <IconButton small icon={UserMinus} label={`Remove ${one.name}`} onClick={() => remove(one)} />
            ) : null}
          </>
        )}
      />
    </>
  );
}
