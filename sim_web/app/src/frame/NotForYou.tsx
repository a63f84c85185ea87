import { Copy, DoorClosed } from "lucide-react";
import { useMe } from "../session";
import { Button } from "../ui/Button";
import { Page } from "../ui/Page";
import { copy } from "../ui/Shown";
import { Empty } from "../ui/States";
import { go } from "./route";

/** Said alike of what is not there and of what somebody may not see. */
export function NotForYou() {
  const me = useMe();
  const who = me?.email ?? "";
  return (
    <Page title="Not here for you">
      <Empty icon={DoorClosed} title="You may not see this, or it is gone">
        <p>
          You are signed in as <strong className="font-medium text-text">{who}</strong>. If somebody sent you this link,
          ask them to let you into its workspace: they do it under Settings → People, or invite you.
        </p>
        <div className="flex flex-wrap justify-center gap-2">
          <Button
            icon={Copy}
            onClick={() => copy(`Could you let me (${who}) into the workspace of ${location.href}? I may not see it.`)}
          >
            Copy a message to ask with
          </Button>
          <Button kind="main" onClick={() => go("/workflows")}>
            Go to your workflows
          </Button>
        </div>
      </Empty>
    </Page>
  );
}
