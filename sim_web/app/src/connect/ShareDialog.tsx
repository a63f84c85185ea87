import { useQuery } from "@tanstack/react-query";
import { UserPlus, X } from "lucide-react";
import { useState } from "react";
import { again, grants, members, shares, useOrganization, workspaces } from "../api/accounts";
import { write } from "../api/client";
import type { CredentialEntry, Share } from "../api/schema";
import { attempt } from "../frame/actions";
import { RolePick } from "../pages/settings/RolePick";
import { useMe, useSession } from "../session";
import { IconButton } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { List, Named } from "../ui/List";
import { type Choice, Pick } from "../ui/Pick";

const ROLES = [
  { value: "use", label: "Can use" },
  { value: "manage", label: "Can manage" },
];

/** Whom an account can be shared with: the workspaces one is in, and the people one works with. */
function useOthers(shared: readonly Share[]): Choice[] {
  const me = useMe();
  const here = useSession((state) => state.workspace);
  const organization = useOrganization();
  const places = useQuery(workspaces).data?.items ?? [];
  const guests = useQuery({ ...grants(here), retry: false }).data?.items ?? [];
  const people = useQuery({ ...members(organization.id), enabled: Boolean(organization.id), retry: false }).data?.items;
  const known = new Map([...guests, ...(people ?? [])].map((one) => [one.user_id, one]));
  const taken = new Set(shared.map((one) => one.user_id ?? one.workspace_id));
  return [
    ...places.map((one) => ({ value: `workspace:${one.id}`, label: `Everybody in ${one.name}`, group: "Workspaces" })),
    ...[...known.values()]
      .filter((one) => one.user_id !== me?.id)
      .map((one) => ({ value: `user:${one.user_id}`, label: one.name, detail: one.email, group: "People" })),
  ].filter((one) => !taken.has(one.value.split(":")[1] ?? ""));
}

/** With whom an account is shared, and what they may do with it. */
export function ShareDialog({ one, onClose }: { one: CredentialEntry; onClose: () => void }) {
  const listed = useQuery(shares(one.id));
  const others = useOthers(listed.data?.items ?? []);
  const [role, setRole] = useState("use");
  const share = async (whom: object) => {
    await attempt(write("POST", `/me/credentials/${one.id}/shares`, whom));
    await again("shares", one.id);
  };
  const end = async (id: string) => {
    await attempt(write("DELETE", `/me/credentials/${one.id}/shares/${id}`));
    await again("shares", one.id);
  };
  const add = (chosen: string) => {
    const [kind, id] = chosen.split(":");
    if (id) void share({ [`${kind}_id`]: id, role });
  };
  const whom = (other: Share) => (other.user_id ? { user_id: other.user_id } : { workspace_id: other.workspace_id });
  return (
    <Dialog
      open
      title={`Share “${one.name}”`}
      about="Workflows of those you share it with act by this account. Who can manage it also renames and shares it. Nobody sees its keys."
      onClose={onClose}
    >
      <div className="grid grid-cols-1 gap-4">
        <div className="flex items-center gap-2">
          <div className="min-w-0 flex-1">
            <Pick label="Share with" value="" placeholder="A person or a workspace…" options={others} onChange={add} />
          </div>
          <RolePick name="whom you add" value={role} options={ROLES} onPick={setRole} />
        </div>
        <List
          label="Shared with"
          query={listed}
          items={(reply) => reply.items}
          idOf={(other) => other.id}
          empty={{ icon: UserPlus, title: "Shared with nobody", about: "Only your own workflows use it." }}
          row={(other) => (
            <>
              <Named
                name={other.workspace_id ? `Everybody in ${other.name}` : other.name}
                about={other.email || undefined}
              />
              <RolePick
                name={other.name ?? ""}
                value={other.role}
                options={ROLES}
                onPick={(next) => share({ ...whom(other), role: next })}
              />
              <IconButton small icon={X} label={`Take back from ${other.name}`} onClick={() => void end(other.id)} />
            </>
          )}
        />
      </div>
    </Dialog>
  );
}
