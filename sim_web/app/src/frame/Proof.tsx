import { useEffect, useState } from "react";
import { proof, write } from "../api/client";
import { useMe } from "../session";
import { Dialog } from "../ui/Dialog";
import { Form } from "../ui/Form";

/** Asks people to prove again who they are, before something that a passer-by must not do. */
export function Proof() {
  const me = useMe();
  const [answer, setAnswer] = useState<(done: boolean) => void>();
  useEffect(() => {
    proof.ask = () => new Promise((resolve) => setAnswer(() => resolve));
    return () => {
      proof.ask = async () => false;
    };
  }, []);
  const end = (done: boolean) => {
    answer?.(done);
    setAnswer(undefined);
  };
  const byCode = me?.has_second_factor && !me.has_password;
  return (
    <Dialog
      title="Is it you?"
      about="This takes a proof of the last fifteen minutes."
      open={Boolean(answer)}
      onClose={() => end(false)}
    >
      <Form
        verb="Confirm"
        asks={[
          byCode
            ? { name: "code", label: "Code of your authenticator app", kind: "code" }
            : { name: "password", label: "Password", kind: "password", complete: "current-password" },
        ]}
        onCancel={() => end(false)}
        onSubmit={async (answers) => {
          await write("POST", "/auth/confirm", answers);
          end(true);
        }}
      />
    </Dialog>
  );
}
