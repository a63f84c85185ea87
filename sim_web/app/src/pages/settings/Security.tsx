import { useQuery } from "@tanstack/react-query";
import { Monitor } from "lucide-react";
import { toast } from "sonner";
import { again, mySessions } from "../../api/accounts";
import { write } from "../../api/client";
import { attempt } from "../../frame/actions";
import { asking } from "../../frame/asked";
import { useMe } from "../../session";
import { isLong, leave, providerTitle } from "../../sign/door";
import { Button } from "../../ui/Button";
import { Badge, List, Named } from "../../ui/List";
import { ago } from "../../ui/when";
import { deviceOf } from "./device";
import { Passkeys } from "./Passkeys";
import { refreshMe } from "./Profile";
import { SecondFactor } from "./SecondFactor";
import { Head, Section } from "./Section";

const WAYS: Record<string, string> = {
  password: "password",
  code: "code by mail",
  sign_up: "signing up",
  passkey: "passkey",
};

const change = () =>
  asking.form({
    title: "New password",
    verb: "Set the password",
    asks: [
      {
        name: "password",
        label: "New password",
        kind: "password",
        complete: "new-password",
        hint: "At least 10 characters.",
        check: isLong,
      },
    ],
    onSubmit: async ({ password }) => {
      await write("PUT", "/me/password", { password });
      await Promise.all([again("me", "sessions"), refreshMe()]);
      toast.success("Your password is changed.");
    },
  });

export function Security() {
  const me = useMe();
  const listed = useQuery(mySessions);
  const end = async (id: string) => {
    await attempt(write("DELETE", `/me/sessions/${id}`));
    await again("me", "sessions");
  };
  return (
    <>
      <Section
        title="Password"
        about={
          me?.has_password ? "Your other sessions end when you change it." : "You have none: set one to sign in by it."
        }
        actions={<Button onClick={change}>{me?.has_password ? "Change it" : "Set one"}</Button>}
      />
      <SecondFactor />
      <Passkeys />
      <Head title="Where you are signed in" about="End what you do not know.">
        <Button kind="danger" onClick={() => void attempt(leave({ everywhere: true }))}>
          Sign out everywhere
        </Button>
      </Head>
      <List
        label="Sessions"
        query={listed}
        items={(reply) => reply.items}
        idOf={(one) => one.id}
        empty={{ icon: Monitor, title: "No session", about: "You came in by a key." }}
        row={(one) => (
          <>
            <Monitor size={16} className="shrink-0 text-soft" aria-hidden />
            <Named
              name={deviceOf(one.agent)}
              badge={one.current ? <Badge tone="text-good">this one</Badge> : null}
              about={`${one.address} · by ${WAYS[one.way] ?? providerTitle(one.way)} · seen ${ago(one.seen_at)}`}
            />
            {one.current ? null : <Button onClick={() => void end(one.id)}>End</Button>}
          </>
        )}
      />
    </>
  );
}
