import { Tabs } from "../ui/Tabs";
import { Api } from "./Api";
import { Versions } from "./Versions";

/** Versions, and the ways to reach the one that is live. */
export default function DeployDialog() {
  return (
    <Tabs
      label="Deployment"
      tabs={[
        { name: "versions", label: "Versions", content: <Versions /> },
        { name: "api", label: "API", content: <Api /> },
      ]}
    />
  );
}
