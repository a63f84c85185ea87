import { DoorClosed } from "lucide-react";
import { useMe } from "../session";
import { Button } from "../ui/Button";
import { Page } from "../ui/Page";
import { Empty } from "../ui/States";
import { go } from "./route";

/** For whoever has an account and was let into no workspace yet, or out of the last one. */
export function NoWorkspace() {
  const me = useMe();
  return (
    <Page title="No workspace yet">
      <Empty icon={DoorClosed} title="You are in no workspace">
        <p>
          Workflows live in workspaces. Ask somebody of yours to let{" "}
          <strong className="font-medium text-text">{me?.email}</strong> in: they do it under Settings → People. This
          page goes on by itself then.
        </p>
        <Button onClick={() => go("/settings/workspaces")}>Your workspaces</Button>
      </Empty>
    </Page>
  );
}
