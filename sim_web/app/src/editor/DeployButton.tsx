import { Rocket } from "lucide-react";
import { useDraftDiffers, useLive } from "../deploy/versions";
import { Button } from "../ui/Button";
import { useCommand } from "./useActs";

/** Opens the deploy dialog; a dot says that the draft differs from what is live. */
export function DeployButton() {
  const does = useCommand();
  const { live } = useLive();
  const ahead = useDraftDiffers();
  const told = !live ? "" : ahead ? "the draft differs from what is live" : `version ${live.version} is live`;
  return (
    <Button
      icon={Rocket}
      title={told || undefined}
      aria-label={told ? `Deploy: ${told}` : "Deploy"}
      className="relative"
      onClick={() => does("deploy")}
    >
      Deploy
      {live ? (
        <span
          aria-hidden
          className={`absolute -top-1 -right-1 size-2.5 rounded-full border-2 border-card ${ahead ? "bg-busy" : "bg-good"}`}
        />
      ) : null}
    </Button>
  );
}
