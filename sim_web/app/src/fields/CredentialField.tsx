import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { offers } from "../api/accounts";
import { credentials, integrations } from "../api/queries";
import type { CredentialEntry } from "../api/schema";
import { ShareDialog } from "../connect/ShareDialog";
import { useConnect } from "../connect/useConnect";
import { backTo } from "../connect/useReturn";
import { useEditor } from "../editor/store";
import { NewAccount } from "../pages/integrations/NewAccount";
import { useMe, useRole } from "../session";
import { Pick } from "../ui/Pick";
import { type KindProps, textOf } from "./place";

const whose = (one: CredentialEntry) =>
  one.status === "needs_reconnect" ? "connect it again" : one.of === "workspace" ? "of the workspace" : one.owner;

/** Which account a block uses: one that is there, or one that is connected now. */
export function CredentialField({ id, field, value, place, invalid, onChange }: KindProps) {
  const type = useEditor((state) => state.doc.blocks[place.block]?.type.split("@")[0]);
  const service = place.tool?.split(".")[0] ?? type ?? "";
  const listed = useQuery(credentials).data?.items;
  const one = useQuery(integrations).data?.items.find((other) => other.id === service);
  const offer = useQuery(offers).data?.items.find((other) => other.integration === service);
  const [adding, setAdding] = useState(false);
  const [sharing, setSharing] = useState(false);
  const me = useMe();
  const isAdmin = useRole() === "admin";
  const may = isAdmin || Boolean(me && !me.key_id);
  const text = textOf(value);
  const mine = (listed ?? []).filter((other) => other.provider === service);
  const chosen = mine.find((other) => other.id === text);
  const options = mine.map((other) => ({ value: other.id, label: other.name, detail: whose(other) }));
  const lost = text && listed && !chosen ? [{ value: text, label: "An account that you may not use" }] : [];
  return (
    <div className="grid gap-1">
      <Pick
        id={id}
        label={field.title}
        value={text}
        options={[{ value: "", label: "The workspace's own" }, ...options, ...lost]}
        invalid={invalid}
        onChange={(next) => onChange(next || null)}
      />
      <div className="flex flex-wrap items-baseline gap-x-3 empty:hidden">
        {chosen?.problem ? <Again one={chosen} back={backTo(place.block, field.name)} /> : null}
        {chosen?.of === "person" && chosen.role === "manage" && me && !me.key_id ? (
          <button type="button" className="text-sm text-accent" onClick={() => setSharing(true)}>
            Share it…
          </button>
        ) : null}
        {one?.auth?.length && may ? (
          <button type="button" className="text-sm text-accent" onClick={() => setAdding(true)}>
            Connect an account…
          </button>
        ) : null}
      </div>
      {sharing && chosen ? <ShareDialog one={chosen} onClose={() => setSharing(false)} /> : null}
      {one ? (
        <NewAccount
          one={one}
          offer={offer}
          open={adding}
          back={backTo(place.block, field.name)}
          onClose={() => setAdding(false)}
          onMade={onChange}
        />
      ) : null}
    </div>
  );
}

function Again({ one, back }: { one: CredentialEntry; back: string }) {
  const { connect, waits, error } = useConnect(() => undefined);
  const me = useMe();
  const personal = one.of === "person" && one.user_id === me?.id;
  const may = one.role === "manage" && one.kind === "oauth" && (personal || one.of === "workspace");
  return (
    <p className="text-sm text-bad">
      {error || one.problem}{" "}
      {may ? (
        <button
          type="button"
          disabled={waits}
          className="text-accent"
          onClick={() => void connect({ integration: one.provider, personal, credential: one.id, back })}
        >
          {waits ? "Waiting for the service…" : "Connect it again"}
        </button>
      ) : null}
    </p>
  );
}
