import { Compass } from "lucide-react";
import { go } from "../frame/route";
import { Button } from "../ui/Button";
import { Page } from "../ui/Page";
import { Empty } from "../ui/States";

export default function Lost() {
  return (
    <Page title="Nothing here">
      <Empty icon={Compass} title="There is no page at this address">
        <p>It may be misspelt, or from another version of Sim.</p>
        <Button kind="main" onClick={() => go("/workflows")}>
          Go to your workflows
        </Button>
      </Empty>
    </Page>
  );
}
