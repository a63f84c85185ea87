import { useQuery } from "@tanstack/react-query";
import { RefreshCw, Share2, Trash2 } from "lucide-react";
import { useState } from "react";
import { toast } from "sonner";
import { again, offers } from "../../api/accounts";
import { write } from "../../api/client";
import { credentials } from "../../api/queries";
import type { CredentialEntry, IntegrationFacts, Parted } from "../../api/schema";
import { ShareDialog } from "../../connect/ShareDialog";
import { useConnect } from "../../connect/useConnect";
import { asking } from "../../frame/asked";
import { useMe, useRole } from "../../session";
import { Button, IconButton } from "../../ui/Button";
import { Badge, Named } from "../../ui/List";
import { NewAccount } from "./NewAccount";

/** The accounts of a service that one may use, and new ones. */
export function Accounts({ one }: { one: IntegrationFacts }) {
  const me = useMe();
  const isAdmin = useRole() === "admin";
  const listed = useQuery(credentials);
  const offer = useQuery(offers).data?.items.find((other) => other.integration === one.id);
  const [adding, setAdding] = useState(false);
  const [sharing, setSharing] = useState<CredentialEntry>();
  const mine = (listed.data?.items ?? []).filter((other) => other.provider === one.id);
  const { connect, error } = useConnect(() => undefined);
  const person = Boolean(me && !me.key_id);
  const manages = (other: CredentialEntry) =>
    other.of === "person" ? person && other.user_id === me?.id : isAdmin && other.role === "manage";
  const remove = ({ id, name, of }: CredentialEntry) =>
    asking.yes({
      title: `Delete “${name}”?`,
      about: "Blocks that use it fail until they are given another one.",
      verb: "Delete",
      perform: async () => {
        const left = await write<Parted>("DELETE", `${of === "person" ? "/me" : ""}/credentials/${id}`);
        toast(left.message);
        await again("credentials");
      },
    });
  return (
    <section className="grid gap-2">
      <h3 className="text-xs font-semibold text-soft">Accounts</h3>
      {mine.map((other) => (
        <div key={other.id} className="flex items-center gap-2">
          <Named
            name={other.name}
            badge={other.status === "ok" ? null : <Badge tone="text-bad">connect it again</Badge>}
            about={other.problem || (other.of === "person" ? `of ${other.owner || "you"}` : "of the workspace")}
          />
          {manages(other) && other.kind === "oauth" ? (
            <IconButton
              small
              icon={RefreshCw}
              label={`Connect ${other.name} again`}
              onClick={() =>
                void connect({ integration: one.id, personal: other.of === "person", credential: other.id })
              }
            />
          ) : null}
          {person && other.of === "person" && other.role === "manage" ? (
            <IconButton small icon={Share2} label={`Share ${other.name}`} onClick={() => setSharing(other)} />
          ) : null}
          {manages(other) ? (
            <IconButton small icon={Trash2} label={`Delete ${other.name}`} onClick={() => remove(other)} />
          ) : null}
        </div>
      ))}
      {error ? (
        <p role="alert" className="text-sm text-bad">
          {error}
        </p>
      ) : null}
      {mine.length ? null : <p className="text-soft">None is connected yet.</p>}
      {person || isAdmin ? (
        <div className="flex flex-wrap gap-2">
          <Button onClick={() => setAdding(true)}>Add an account</Button>
        </div>
      ) : null}
      <NewAccount one={one} offer={offer} open={adding} onClose={() => setAdding(false)} />
      {sharing ? <ShareDialog one={sharing} onClose={() => setSharing(undefined)} /> : null}
    </section>
  );
}
