import { queryOptions, useQuery } from "@tanstack/react-query";
import { type ReactNode, useEffect } from "react";
import { read } from "../api/client";
import { queries, workflows } from "../api/queries";
import type { Address, AddressList, WorkflowPage } from "../api/schema";
import { useSession } from "../session";
import { Skeleton } from "../ui/States";
import { NotForYou } from "./NotForYou";
import { go } from "./route";
import { switchWorkspace } from "./workspace";

type Kind = Address["kind"];

/** Where an id is, among the workspaces of whoever looks; a browser without a network shows what it has. */
const address = (id: string) =>
  queryOptions({
    queryKey: ["address", id],
    queryFn: () => read<AddressList>(`/addresses?id=${id}`),
    staleTime: 30_000,
    networkMode: "always",
    retry: false,
  });

/** Whether it is known without asking: the list beside it names it. */
const isId = (id: string) => /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(id);
const isListed = (id: string) =>
  queries.getQueryData<WorkflowPage>(workflows.queryKey)?.items.some((one) => one.id === id) ?? false;

interface Props {
  id: string;
  /** What it has to be; any, when it is told by its id alone. */
  kind?: Kind;
  show: (kind: Kind) => ReactNode;
}

/** Shows what an address names: in another workspace of one's own it goes over there first. */
export function Placed({ id, kind, show }: Props) {
  const here = useSession((state) => state.workspace);
  const known = kind === "workflow" && isListed(id);
  const asked = useQuery({ ...address(id), enabled: !known && isId(id) });
  const found = asked.data?.items[0];
  const away = found && found.workspace_id !== here ? found.workspace_id : "";
  useEffect(() => {
    if (away) switchWorkspace(away);
  }, [away]);
  if (known && kind) return show(kind);
  if (!isId(id)) return <NotForYou />;
  if (asked.error && kind) return show(kind);
  if (asked.data && !(found && (!kind || found.kind === kind))) return <NotForYou />;
  return found && !away ? show(found.kind) : <Waiting />;
}

const Waiting = () => (
  <div className="p-8">
    <Skeleton />
  </div>
);

/** A short link leads on to the place of what it names. */
export function Moved({ kind, id }: { kind: Kind; id: string }) {
  useEffect(() => {
    go(`/${kind === "run" ? "runs" : "workflows"}/${id}${location.search}`, { replace: true });
  }, [kind, id]);
  return <Waiting />;
}
