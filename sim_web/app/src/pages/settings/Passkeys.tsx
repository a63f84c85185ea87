import { useQuery } from "@tanstack/react-query";
import { Fingerprint, Pencil, Trash2 } from "lucide-react";
import { again, myPasskeys } from "../../api/accounts";
import { write } from "../../api/client";
import type { Passkey } from "../../api/schema";
import { asking } from "../../frame/asked";
import { hasPasskeys, makePasskey } from "../../sign/passkey";
import { Button, IconButton } from "../../ui/Button";
import { Badge, List, Named } from "../../ui/List";
import { ago } from "../../ui/when";
import { deviceOf } from "./device";
import { Head } from "./Section";

const refresh = () => again("me", "passkeys");

export function Passkeys() {
  const listed = useQuery(myPasskeys);
  const put = (one?: Passkey) =>
    asking.form({
      title: one ? "Rename the passkey" : "New passkey",
      about: one ? undefined : "Your browser asks for your finger, face or PIN next.",
      verb: one ? "Rename" : "Make it",
      asks: [{ name: "name", label: "Name", value: one?.name ?? deviceOf(navigator.userAgent) }],
      onSubmit: async ({ name = "" }) => {
        await (one ? write("PATCH", `/me/passkeys/${one.id}`, { name }) : makePasskey(name));
        await refresh();
      },
    });
  const remove = (one: Passkey) =>
    asking.yes({
      title: `Remove “${one.name}”?`,
      about: "It signs nobody in any more.",
      verb: "Remove",
      perform: () => write("DELETE", `/me/passkeys/${one.id}`).then(refresh),
    });
  return (
    <>
      <Head
        title="Passkeys"
        about="Sign in with your device instead of a password. It stands for the second factor too."
      >
        {hasPasskeys() ? <Button onClick={() => put()}>New passkey</Button> : null}
      </Head>
      <List
        label="Passkeys"
        query={listed}
        items={(reply) => reply.items}
        idOf={(passkey) => passkey.id}
        empty={{
          icon: Fingerprint,
          title: "No passkey yet",
          about: hasPasskeys()
            ? "Make one on this device, or on a key that you carry."
            : "Browsers keep passkeys for a name: open Sim by its name (or as localhost) instead of its address.",
        }}
        row={(passkey) => (
          <>
            <Fingerprint size={16} className="shrink-0 text-soft" aria-hidden />
            <Named
              name={passkey.name}
              badge={passkey.backed_up ? <Badge>synced</Badge> : null}
              about={`made ${ago(passkey.created_at)} · ${passkey.used_at ? `used ${ago(passkey.used_at)}` : "never used"}`}
            />
            <IconButton small icon={Pencil} label={`Rename ${passkey.name}`} onClick={() => put(passkey)} />
            <IconButton small icon={Trash2} label={`Remove ${passkey.name}`} onClick={() => remove(passkey)} />
          </>
        )}
      />
    </>
  );
}
