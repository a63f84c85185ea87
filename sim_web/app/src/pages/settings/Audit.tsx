import { useInfiniteQuery } from "@tanstack/react-query";
import { Download, ScrollText } from "lucide-react";
import { useState } from "react";
import { useOrganization } from "../../api/accounts";
import { read, send } from "../../api/client";
import type { Act, ActPage } from "../../api/schema";
import { attempt } from "../../frame/actions";
import { Button } from "../../ui/Button";
import { Card } from "../../ui/Page";
import { Empty, Failed, Skeleton } from "../../ui/States";
import { save } from "../../ui/save";
import { ActRow } from "./ActRow";
import { Head } from "./Section";

const KINDS = [
  ["", "Every act"],
  ["session.", "Signing in and out"],
  ["user.", "Accounts"],
  ["member.", "Members"],
  ["invitation.", "Invitations"],
  ["permission.", "Rights in workspaces"],
  ["group.", "Permission groups"],
  ["workspace.", "Workspaces"],
  ["organization.", "Organizations"],
  ["key.", "API keys"],
  ["secret.", "Secrets"],
  ["credential.", "Credentials"],
] as const;

interface Props {
  title: string;
  about: string;
  path: string;
  exportable?: boolean;
}

function AuditPage({ title, about, path, exportable }: Props) {
  const [action, setAction] = useState("");
  const [since, setSince] = useState("");
  const words = new URLSearchParams({
    ...(action ? { action } : {}),
    ...(since ? { since: new Date(since).toISOString() } : {}),
  });
  const listed = useInfiniteQuery({
    queryKey: ["acts", path, String(words)],
    initialPageParam: "",
    queryFn: ({ pageParam }) => read<ActPage>(`${path}?limit=100&${words}${pageParam ? `&cursor=${pageParam}` : ""}`),
    getNextPageParam: (page: ActPage) => page.next_cursor ?? undefined,
  });
  const acts: Act[] = listed.data?.pages.flatMap((page) => page.items) ?? [];
  const take = async (format: "csv" | "jsonl") => {
    const reply = await attempt(send(`${path}/export?format=${format}&${words}`));
    if (reply) await save(reply, `audit.${format}`);
  };
  return (
    <>
      <Head title={title} about={about}>
        {exportable ? (
          <>
            <Button icon={Download} onClick={() => void take("csv")}>
              CSV
            </Button>
            <Button icon={Download} onClick={() => void take("jsonl")}>
              JSON lines
            </Button>
          </>
        ) : null}
      </Head>
      <div className="flex flex-wrap gap-2">
        <select
          aria-label="Kind of act"
          className="control w-52"
          value={action}
          onChange={(event) => setAction(event.target.value)}
        >
          {KINDS.map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
        <input
          type="date"
          aria-label="Since"
          className="control w-40"
          value={since}
          onChange={(event) => setSince(event.target.value)}
        />
      </div>
      {listed.error ? <Failed error={listed.error} onRetry={() => void listed.refetch()} /> : null}
      {listed.isPending ? <Skeleton rows={8} /> : null}
      {listed.data ? (
        <Card>
          {acts.length ? (
            <ul aria-label="Acts">
              {acts.map((act) => (
                <ActRow key={act.id} act={act} />
              ))}
            </ul>
          ) : (
            <Empty icon={ScrollText} title={action || since ? "No act fits" : "Nothing was done yet"}>
              <p>
                {action || since
                  ? "Choose every act, or an earlier day."
                  : "Who changes members, keys or secrets is told here."}
              </p>
            </Empty>
          )}
        </Card>
      ) : null}
      {listed.hasNextPage ? (
        <Button className="justify-self-center" onClick={() => void listed.fetchNextPage()}>
          Earlier ones
        </Button>
      ) : null}
    </>
  );
}

export function Audit() {
  const { id, name } = useOrganization();
  return id ? (
    <AuditPage
      exportable
      title={`What was done in ${name}`}
      about="Who did what, from where, with the state before and after."
      path={`/organizations/${id}/audit`}
    />
  ) : (
    <Skeleton rows={8} />
  );
}

export const InstanceAudit = () => (
  <AuditPage
    title="What was done on this instance"
    about="Everything, refused sign-ins included."
    path="/instance/audit"
  />
);
