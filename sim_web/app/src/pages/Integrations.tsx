import { useQuery } from "@tanstack/react-query";
import { Plug } from "lucide-react";
import { useEffect, useState } from "react";
import { toast } from "sonner";
import { integrations, plugins } from "../api/queries";
import { go, useSearch } from "../frame/route";
import { Card, Page } from "../ui/Page";
import { Empty, Failed, Skeleton } from "../ui/States";
import { Entry } from "./integrations/Entry";

/** Whoever comes back from a service is told what came of it. */
function useReturned() {
  const words = useSearch();
  const connected = words.get("connected");
  const failure = words.get("connect_message");
  useEffect(() => {
    if (connected) toast.success("The account is connected.");
    if (failure) toast.error(failure);
    if (connected || failure) go("/integrations", { replace: true });
  }, [connected, failure]);
}

export default function Integrations() {
  useReturned();
  const listed = useQuery(integrations);
  const installed = useQuery(plugins);
  const [search, setSearch] = useState("");
  const shown = (listed.data?.items ?? []).filter((one) =>
    `${one.title} ${one.doc} ${one.tools?.map((tool) => tool.title).join(" ")}`
      .toLowerCase()
      .includes(search.toLowerCase()),
  );
  const packageOf = (id: string) => installed.data?.items.find((one) => one.integrations?.includes(id));
  return (
    <Page title="Integrations" about="Services that workflows and agents can use. Each is a package of its own.">
      <input
        type="search"
        className="control max-w-xs"
        aria-label="Filter integrations"
        placeholder="A service, or what it does…"
        value={search}
        onChange={(event) => setSearch(event.target.value)}
      />
      {listed.error ? <Failed error={listed.error} onRetry={() => void listed.refetch()} /> : null}
      {listed.isPending ? <Skeleton /> : null}
      {listed.data && !shown.length ? (
        <Card>
          <Empty icon={Plug} title="No integration fits">
            <p>
              Install a package in a terminal: <code>sim plugin install NAME</code>.
            </p>
          </Empty>
        </Card>
      ) : null}
      {installed.data?.problems.map((one) => (
        <Failed key={one.plugin + one.message} error={new Error(`${one.plugin}: ${one.message}`)} />
      ))}
      <ul className="grid items-start gap-3 md:grid-cols-2">
        {shown.map((one) => (
          <li key={one.id}>
            <Entry one={one} from={packageOf(one.id)} />
          </li>
        ))}
      </ul>
    </Page>
  );
}
