import { useState } from "react";
import { again } from "../../api/accounts";
import { write } from "../../api/client";
import type { CredentialEntry, IntegrationFacts, RestCredentialsOffer, WayFacts } from "../../api/schema";
import { useConnect } from "../../connect/useConnect";
import { useMe, useRole } from "../../session";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { type Answers, type Ask, Form } from "../../ui/Form";

interface Props {
  one: IntegrationFacts;
  offer?: RestCredentialsOffer;
  open: boolean;
  onClose: () => void;
  /** Told of the credential that was made. */
  onMade?: (id: string) => void;
  /** Where a browser that opens no windows comes back to. */
  back?: string;
}

const KINDS = ["api_key", "aws_keys", "basic", "bearer", "connection"];
const WORDS: Record<string, string> = {
  api_key: "API key",
  aws_keys: "AWS keys",
  basic: "User and password",
  bearer: "Token",
  connection: "Connection",
};

/** What is asked for a way to authenticate: its name and its values. */
export function asksOf(way: WayFacts): Ask[] {
  const values = way.fields?.length
    ? way.fields.map((field): Ask => {
        const kind = field.kind === "secret" || field.secret ? "password" : undefined;
        return { name: field.name, label: field.title ?? field.name, hint: field.doc, kind, optional: !field.required };
      })
    : (way.secrets ?? []).map((name): Ask => ({ name, label: name, kind: "password", complete: "off" }));
  return [{ name: "=name", label: "Name", placeholder: "How it is called in blocks" }, ...values];
}

/** A new account of a service: by granting access there, or by its keys. */
export function NewAccount({ one, offer, open, onClose, onMade, back }: Props) {
  const me = useMe();
  const isAdmin = useRole() === "admin";
  const isPerson = Boolean(me && !me.key_id);
  const [personal, setPersonal] = useState(isPerson);
  const ways = (one.auth ?? []).filter((way) => KINDS.includes(way.kind));
  const [kind, setKind] = useState(ways[0]?.kind);
  const way = ways.find((other) => other.kind === kind);
  const finish = (id: string) => {
    onMade?.(id);
    onClose();
  };
  const { connect, waits, error, cancel } = useConnect(finish);
  const leave = () => {
    cancel();
    onClose();
  };
  const keep = async ({ "=name": name, ...values }: Answers) => {
    const body = { provider: one.id, kind, name, values };
    const made = await write<CredentialEntry>("POST", personal ? "/me/credentials" : "/credentials", body);
    await again("credentials");
    finish(made.id);
  };
  return (
    <Dialog title={`An account of ${one.title}`} about="Its keys are kept encrypted." open={open} onClose={leave}>
      <div className="grid gap-4">
        {isAdmin && isPerson ? (
          <select
            aria-label="For whom"
            className="control"
            value={personal ? "me" : "all"}
            onChange={(event) => setPersonal(event.target.value === "me")}
          >
            <option value="me">Only for you, to be shared as you like</option>
            <option value="all">For everybody in this workspace</option>
          </select>
        ) : null}
        {error ? (
          <p role="alert" className="rounded-md bg-bad-wash px-3 py-2 text-bad">
            {error}
          </p>
        ) : null}
        {offer ? (
          <Grant offer={offer} waits={waits} onGrant={() => void connect({ integration: one.id, personal, back })} />
        ) : null}
        {ways.length > 1 ? (
          <select aria-label="How" className="control" value={kind} onChange={(event) => setKind(event.target.value)}>
            {ways.map((other) => (
              <option key={other.kind} value={other.kind}>
                {WORDS[other.kind]}
              </option>
            ))}
          </select>
        ) : null}
        {way ? <Form key={kind} verb="Keep it" asks={asksOf(way)} onCancel={leave} onSubmit={keep} /> : null}
      </div>
    </Dialog>
  );
}

interface GrantProps {
  offer: RestCredentialsOffer;
  waits: boolean;
  onGrant: () => void;
}

const Grant = ({ offer, waits, onGrant }: GrantProps) =>
  offer.is_ready ? (
    <Button kind="main" disabled={waits} onClick={onGrant}>
      {waits ? `Waiting for ${offer.title}…` : `Continue at ${offer.title}`}
    </Button>
  ) : (
    <p className="rounded-md bg-hover p-3 text-soft">
      To connect accounts by a click, register an app at {offer.title} with the address{" "}
      <code className="font-mono text-sm break-all">{offer.redirect_uri}</code>, and set{" "}
      <code className="font-mono text-sm">{offer.settings.join(", ")}</code> as secrets of this workspace or in the
      server's environment.
    </p>
  );
