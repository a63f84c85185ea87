import { useQuery } from "@tanstack/react-query";
import { MailPlus, RotateCw, Trash2 } from "lucide-react";
import { toast } from "sonner";
import { again, invitations, useOrganization, workspaces } from "../../api/accounts";
import { write } from "../../api/client";
import type { Invitation, Sent, WorkspaceEntry } from "../../api/schema";
import { attempt } from "../../frame/actions";
import { asking } from "../../frame/asked";
import { useSession } from "../../session";
import { isEmail } from "../../sign/door";
import { Button, IconButton } from "../../ui/Button";
import type { Ask } from "../../ui/Form";
import { Badge, List, Named } from "../../ui/List";
import { ago } from "../../ui/when";
import { STANDINGS } from "./Members";
import { ROLES } from "./People";
import { Head } from "./Section";

const NONE = { value: "", label: "Not at all" };

const stateOf = (one: Invitation) => {
  if (one.accepted_at) return "accepted";
  if (one.revoked_at) return "withdrawn";
  return Date.parse(one.expires_at) < Date.now() ? "expired" : "waiting";
};

export function Invitations() {
  const { id, name, role } = useOrganization();
  const here = useSession((state) => state.workspace);
  const listed = useQuery({ ...invitations(id), enabled: Boolean(id) });
  const spaces = useQuery(workspaces).data?.items.filter((one) => one.organization_id === id) ?? [];
  const sent = async (reply: Sent | undefined) => {
    await again("organization", id);
    if (reply?.link)
      asking.once({
        title: "Hand this link on",
        about: "This instance sends no mail. Give the link to whoever you invited; it is shown this once.",
        text: reply.link,
      });
    else if (reply) toast.success(`Sent to ${reply.invitation.email}.`);
  };
  const path = `/organizations/${id}/invitations`;
  const renew = async (one: Invitation) => sent(await attempt(write<Sent>("POST", `${path}/${one.id}/resend`)));
  const withdraw = async (one: Invitation) => {
    await attempt(write("DELETE", `${path}/${one.id}`));
    await again("organization", id);
  };
  const invite = () =>
    asking.form({
      title: "Invite somebody",
      verb: "Invite",
      asks: asksOf(spaces, here, role === "owner"),
      onSubmit: async ({ email, role: standing, ...chosen }) => {
        const grants = Object.entries(chosen).flatMap(([workspace_id, may]) =>
          may ? [{ workspace_id, role: may }] : [],
        );
        await sent(await write<Sent>("POST", path, { email, role: standing, grants }));
      },
    });
  const nameOf = new Map(spaces.map((one) => [one.id, one.name]));
  return (
    <>
      <Head title={`Invitations to ${name}`} about="A link lets one address in, once.">
        <Button kind="main" onClick={invite}>
          Invite somebody
        </Button>
      </Head>
      <List
        label="Invitations"
        query={listed}
        items={(reply) => reply.items}
        idOf={(one) => one.id}
        empty={{ icon: MailPlus, title: "Nobody is invited", about: "Invite the people you work with." }}
        row={(one) => {
          const state = stateOf(one);
          const where = one.grants.map((grant) => `${nameOf.get(grant.workspace_id) ?? "a workspace"}: ${grant.role}`);
          return (
            <>
              <Named
                name={one.email}
                badge={<Badge tone={state === "waiting" ? "text-accent" : ""}>{state}</Badge>}
                about={[one.role, ...where, `sent ${ago(one.sent_at)}`].join(" · ")}
              />
              {state === "waiting" || state === "expired" ? (
                <>
                  <Button icon={RotateCw} aria-label={`New link for ${one.email}`} onClick={() => void renew(one)}>
                    New link
                  </Button>
                  <IconButton small icon={Trash2} label={`Withdraw ${one.email}`} onClick={() => void withdraw(one)} />
                </>
              ) : null}
            </>
          );
        }}
      />
    </>
  );
}

const asksOf = (spaces: WorkspaceEntry[], here: string, owner: boolean): Ask[] => [
  { name: "email", label: "E-mail", kind: "email", check: isEmail },
  {
    name: "role",
    label: "In the organization",
    kind: "choice",
    value: "member",
    options: STANDINGS.filter((one) => owner || one.value !== "owner"),
  },
  ...spaces.map((one) => ({
    name: one.id,
    label: `In “${one.name}”`,
    kind: "choice" as const,
    value: one.id === here ? "write" : "",
    options: [NONE, ...ROLES],
    optional: true,
  })),
];
