import { useQuery } from "@tanstack/react-query";
import { Mail, Users } from "lucide-react";
import { again, letters, people } from "../../api/accounts";
import { write } from "../../api/client";
import type { PersonEntry } from "../../api/schema";
import { attempt } from "../../frame/actions";
import { useMe } from "../../session";
import { Avatar } from "../../ui/Avatar";
import { Button } from "../../ui/Button";
import { Badge, List, Named } from "../../ui/List";
import { copy } from "../../ui/Shown";
import { ago } from "../../ui/when";
import { Head } from "./Section";

const badges = (one: PersonEntry) => {
  const words = [
    one.is_operator && "runs this Sim",
    one.has_second_factor && "second factor",
    one.is_leaving && "leaving",
  ];
  return words.flatMap((word) => (word ? [<Badge key={word}>{word}</Badge>] : []));
};

/** Everybody who has an account, for whoever runs the instance. */
export function Everybody() {
  const me = useMe();
  const listed = useQuery(people);
  const shut = async (one: PersonEntry) => {
    await attempt(write("PATCH", `/instance/people/${one.id}`, { disabled: !one.is_disabled }));
    await again("instance", "people");
  };
  return (
    <>
      <Head title="Everybody on this instance" about="Whoever is shut out loses their sessions and keys at once." />
      <List
        label="Everybody"
        query={listed}
        items={(reply) => reply.items}
        idOf={(one) => one.id}
        empty={{ icon: Users, title: "Nobody", about: "" }}
        row={(one) => (
          <>
            <Avatar id={one.id} name={one.name} size={28} />
            <Named
              name={one.name}
              about={one.email}
              badge={
                <>
                  {badges(one)}
                  {one.is_disabled ? <Badge tone="text-bad">shut out</Badge> : null}
                </>
              }
            />
            {one.id === me?.id ? null : (
              <Button kind={one.is_disabled ? "plain" : "danger"} onClick={() => void shut(one)}>
                {one.is_disabled ? "Let in again" : "Shut out"}
              </Button>
            )}
          </>
        )}
      />
    </>
  );
}

/** Mail that could not be sent: its links and codes are handed on by hand. */
export function Letters() {
  const listed = useQuery(letters);
  return (
    <>
      <Head
        title="Mail that was not sent"
        about="Without SIM_SMTP_URL, codes and links of the last week are here. Hand them on to whom they are for."
      />
      <List
        label="Letters"
        query={listed}
        items={(reply) => reply.items}
        idOf={(one) => one.id}
        empty={{ icon: Mail, title: "No mail waits", about: "Everything was sent, or nothing was to be." }}
        row={(one) => (
          <div className="grid min-w-0 flex-1 gap-2 py-1">
            <div className="flex items-center gap-3">
              <Named
                name={one.subject}
                about={`to ${one.recipient} · ${ago(one.created_at)}${one.error ? ` · ${one.error}` : ""}`}
              />
              <Button onClick={() => copy(one.text)}>Copy</Button>
            </div>
            <pre className="rounded-md bg-hover p-3 font-mono text-sm break-words whitespace-pre-wrap">{one.text}</pre>
          </div>
        )}
      />
    </>
  );
}
