import { Tabs } from "../ui/Tabs";
import { Api } from "./Api";
import { Versions } from "./Versions";

/** The ways in that there are, said so that nobody looks for others. */
const Ways = () => (
  <p className="mt-4 border-t border-line pt-3 text-sm text-soft">
    The live version is called over the API, by the Workflow block of other workflows, and by agents as a tool. Chat and
    form pages, webhooks, schedules and an MCP server do not start workflows yet.
  </p>
);

/** Versions, and the ways to reach the one that is live. */
export default function DeployDialog() {
  return (
    <>
      <Tabs
        label="Deployment"
        tabs={[
          { name: "versions", label: "Versions", content: <Versions /> },
          { name: "api", label: "API", content: <Api /> },
        ]}
      />
      <Ways />
    </>
  );
}
