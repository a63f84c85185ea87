import { useEffect } from "react";
import { FormDialog } from "../ui/FormDialog";
import { Shown } from "../ui/Shown";
import { attempt } from "./actions";
import { asking, useAsked } from "./asked";
import { Confirm } from "./Confirm";

const never = Promise.resolve();

/** Where pages have their dialogs: one at a time, gone with the frame. */
export function Asked() {
  const { asked, turn } = useAsked();
  useEffect(() => () => asking.close(), []);
  if (!asked) return null;
  const close = () => asking.close(asked);
  switch (asked.kind) {
    case "form":
      return <FormDialog key={turn} {...asked} open onClose={close} />;
    case "yes":
      return (
        <Confirm
          key={turn}
          open
          title={asked.title}
          verb={asked.verb}
          onClose={close}
          onConfirm={() => attempt(asked.perform())}
          or={asked.or && { verb: asked.or.verb, perform: () => attempt(asked.or?.perform() ?? never) }}
        >
          {asked.about}
        </Confirm>
      );
    case "once":
      return <Shown title={asked.title} about={asked.about ?? ""} text={asked.text} onClose={close} />;
  }
}
