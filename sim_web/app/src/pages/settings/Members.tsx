import { useQuery } from "@tanstack/react-query";
import { ArrowRightLeft, Ellipsis, UserMinus, Users } from "lucide-react";
import { again, members, useOrganization } from "../../api/accounts";
import { write } from "../../api/client";
import type { Member } from "../../api/schema";
import { attempt } from "../../frame/actions";
import { asking } from "../../frame/asked";
import { go } from "../../frame/route";
import { useMe } from "../../session";
import { Avatar } from "../../ui/Avatar";
import { Button, IconButton } from "../../ui/Button";
import { Badge, List, Named } from "../../ui/List";
import { Menu, type MenuEntries } from "../../ui/Menu";
import { refreshMe } from "./Profile";
import { RolePick } from "./RolePick";
import { Head } from "./Section";

export const STANDINGS = [
  { value: "member", label: "Member" },
  { value: "admin", label: "Admin" },
  { value: "owner", label: "Owner" },
];

export function Members() {
  const me = useMe();
  const { id, name, role } = useOrganization();
  const listed = useQuery({ ...members(id), enabled: Boolean(id) });
  const may = role === "owner" || role === "admin";
  const change = async (done: Promise<unknown>) => {
    await attempt(done);
    await again("organization", id);
  };
  const remove = (who: Member) =>
    asking.yes({
      title: `Remove ${who.name}?`,
      about: "They lose its workspaces, and the keys they made for them.",
      verb: "Remove",
      perform: () => change(write("DELETE", `/organizations/${id}/members/${who.user_id}`)),
    });
  const handOver = (who: Member) =>
    asking.yes({
      title: `Hand ${name} over to ${who.name}?`,
      about: "They own it from then on; you stay its admin.",
      verb: "Hand over",
      perform: async () => {
        await change(write("POST", `/organizations/${id}/transfer`, { user_id: who.user_id }));
        await refreshMe();
        await again("organizations");
      },
    });
  const entries = (who: Member): MenuEntries => [
    ...(role === "owner"
      ? [{ label: "Hand the organization over…", icon: ArrowRightLeft, perform: () => handOver(who) }]
      : []),
    { label: "Remove…", icon: UserMinus, danger: true, perform: () => remove(who) },
  ];
  const locked = (who: Member) => !may || who.user_id === me?.id || (who.role === "owner" && role !== "owner");
  return (
    <>
      <Head title={`Members of ${name}`} about="Owners and admins may do everything in all of its workspaces.">
        {may ? (
          <Button kind="main" onClick={() => go("/settings/invitations")}>
            Invite people
          </Button>
        ) : null}
      </Head>
      <List
        label="Members"
        query={listed}
        items={(reply) => reply.items}
        idOf={(one) => one.user_id}
        empty={{ icon: Users, title: "Nobody yet", about: "Invite the first." }}
        row={(one) => (
          <>
            <Avatar id={one.user_id} name={one.name} size={28} />
            <Named name={one.name} badge={one.user_id === me?.id ? <Badge>you</Badge> : null} about={one.email} />
            <RolePick
              name={one.name}
              value={one.role}
              options={STANDINGS.filter((role_) => role === "owner" || role_.value !== "owner" || one.role === "owner")}
              disabled={locked(one)}
              onPick={(next) => change(write("PUT", `/organizations/${id}/members/${one.user_id}`, { role: next }))}
            />
            {locked(one) ? (
              <span className="size-6 shrink-0" />
            ) : (
              <Menu entries={entries(one)}>
                <IconButton small icon={Ellipsis} label={`More about ${one.name}`} />
              </Menu>
            )}
          </>
        )}
      />
    </>
  );
}
