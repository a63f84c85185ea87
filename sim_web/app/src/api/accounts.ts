/** What the app asks about people, organizations and workspaces. */

import { queryOptions, useQuery } from "@tanstack/react-query";
import { useSession } from "../session";
import { read } from "./client";
import { queries } from "./queries";
import type {
  ActPage,
  GrantList,
  GroupList,
  InvitationList,
  LetterList,
  MemberList,
  OfferList,
  OrganizationList,
  PasskeyList,
  PersonPage,
  RestMeKeyList,
  SecretList,
  SessionList,
  ShareList,
  VendorKeyList,
  WorkspaceEntries,
  WorkspaceList,
} from "./schema";

const about = <T>(key: string[], path: string) => queryOptions({ queryKey: key, queryFn: () => read<T>(path) });

export const workspaces = about<WorkspaceEntries>(["workspaces"], "/workspaces");
export const organizations = about<OrganizationList>(["organizations"], "/organizations");
export const mySessions = about<SessionList>(["me", "sessions"], "/me/sessions");
export const myPasskeys = about<PasskeyList>(["me", "passkeys"], "/me/passkeys");
export const shares = (id: string) => about<ShareList>(["shares", id], `/me/credentials/${id}/shares`);
export const offers = about<OfferList>(["credentials", "offers"], "/credentials/offers");
export const myKeys = about<RestMeKeyList>(["me", "keys"], "/me/keys");
export const mySecrets = about<SecretList>(["me", "secrets"], "/me/secrets");
/** Vendors of models with their keys, of a workspace or of the instance. */
export const vendorKeys = (base: string) =>
  queryOptions({ ...about<VendorKeyList>([base], base), refetchInterval: 15_000 });
export const people = about<PersonPage>(["instance", "people"], "/instance/people?limit=200");
export const letters = about<LetterList>(["instance", "mail"], "/instance/mail");

export const grants = (id: string) => about<GrantList>(["workspace", id, "members"], `/workspaces/${id}/members`);
export const members = (id: string) =>
  about<MemberList>(["organization", id, "members"], `/organizations/${id}/members`);
export const invitations = (id: string) =>
  about<InvitationList>(["organization", id, "invitations"], `/organizations/${id}/invitations`);
export const groups = (id: string) =>
  about<GroupList>(["organization", id, "groups"], `/organizations/${id}/permission-groups`);
export const deletedWorkspaces = (id: string) =>
  about<WorkspaceList>(["organization", id, "deleted"], `/organizations/${id}/deleted-workspaces`);
export const acts = (place: string, words: string) =>
  about<ActPage>(["acts", place, words], `${place}/audit?limit=100&${words}`);

/** Ask again whatever is cached under a key. */
export const again = (...key: string[]) => queries.invalidateQueries({ queryKey: key });

/** The organization of the workspace that is open, as the person stands in it. */
export function useOrganization() {
  const here = useSession((state) => state.workspace);
  const role = useSession((state) => state.me?.organizations);
  const places = useQuery(workspaces);
  const id = places.data?.items.find((one) => one.id === here)?.organization_id ?? "";
  // a key belongs to no organization, and is refused
  const listed = useQuery({ ...organizations, enabled: Boolean(role && id in role) });
  const found = listed.data?.items.find((one) => one.id === id);
  return {
    id: role && id in role ? id : "",
    name: found?.name ?? "",
    role: role?.[id],
    /** Whether all of it is known by now, also that there is none. */
    isKnown: !places.isPending && !listed.isLoading,
    organization: found,
  };
}
