import { Compass } from "lucide-react";
import { Link } from "../frame/Link";
import { Page } from "../ui/Page";
import { Empty } from "../ui/States";

export default function Lost() {
  return (
    <Page title="Nothing here">
      <Empty icon={Compass} title="There is no page at this address">
        <Link className="text-accent underline" href="/workflows">
          Go to the workflows
        </Link>
      </Empty>
    </Page>
  );
}
