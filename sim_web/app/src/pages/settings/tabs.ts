/** The matters of settings: one record each, for the list beside them, the palette and the tests. */

import type { ComponentType } from "react";
import type { Me } from "../../api/schema";
import { Appearance } from "./Appearance";
import { Audit, InstanceAudit } from "./Audit";
import { Groups } from "./Groups";
import { Everybody, Letters } from "./Instance";
import { Invitations } from "./Invitations";
import { Keys, MyKeys } from "./Keys";
import { Members } from "./Members";
import { InstanceModelKeys, ModelKeys } from "./ModelKeys";
import { Organization } from "./Organization";
import { People } from "./People";
import { Profile } from "./Profile";
import { MySecrets, Secrets } from "./Secrets";
import { Security } from "./Security";
import { Usage } from "./Usage";
import { Workspace } from "./Workspace";
import { Workspaces } from "./Workspaces";

export interface Standing {
  me: Me;
  /** Role in the workspace that is open. */
  role: string;
  /** Role in its organization; none for guests. */
  standing?: string;
}

export interface Tab {
  id: string;
  label: string;
  group: "You" | "Workspace" | "Organization" | "Instance";
  Shown: ComponentType;
  /** For whom it is; without it, for everybody. */
  when?: (who: Standing) => boolean;
}

/** A key that came in by the developers' door may speak for a workspace alone. */
const person = ({ me }: Standing) => !me.key_id;
const inside = ({ me }: Standing) => Object.keys(me.workspaces).length > 0;
const admin = ({ role }: Standing) => role === "admin";
const member = (who: Standing) => person(who) && Boolean(who.standing);
const manager = (who: Standing) => person(who) && (who.standing === "owner" || who.standing === "admin");
const operator = ({ me }: Standing) => me.is_operator;

export const TABS: Tab[] = [
  { id: "profile", label: "Profile", group: "You", Shown: Profile, when: person },
  { id: "security", label: "Security", group: "You", Shown: Security, when: person },
  { id: "my-keys", label: "Your API keys", group: "You", Shown: MyKeys, when: person },
  { id: "my-secrets", label: "Your secrets", group: "You", Shown: MySecrets, when: person },
  { id: "appearance", label: "Appearance", group: "You", Shown: Appearance },
  { id: "workspaces", label: "Your workspaces", group: "You", Shown: Workspaces, when: person },
  { id: "workspace", label: "General", group: "Workspace", Shown: Workspace, when: inside },
  { id: "people", label: "People", group: "Workspace", Shown: People, when: inside },
  { id: "usage", label: "Usage", group: "Workspace", Shown: Usage, when: inside },
  { id: "keys", label: "API keys", group: "Workspace", Shown: Keys, when: admin },
  { id: "secrets", label: "Secrets", group: "Workspace", Shown: Secrets, when: admin },
  { id: "models", label: "Model keys", group: "Workspace", Shown: ModelKeys, when: admin },
  { id: "organization", label: "General", group: "Organization", Shown: Organization, when: member },
  { id: "members", label: "Members", group: "Organization", Shown: Members, when: member },
  { id: "invitations", label: "Invitations", group: "Organization", Shown: Invitations, when: manager },
  { id: "groups", label: "Permission groups", group: "Organization", Shown: Groups, when: manager },
  { id: "audit", label: "Audit log", group: "Organization", Shown: Audit, when: manager },
  { id: "everybody", label: "Everybody", group: "Instance", Shown: Everybody, when: operator },
  { id: "instance-models", label: "Model keys", group: "Instance", Shown: InstanceModelKeys, when: operator },
  { id: "mail", label: "Mail", group: "Instance", Shown: Letters, when: operator },
  { id: "instance-audit", label: "Audit log", group: "Instance", Shown: InstanceAudit, when: operator },
];
