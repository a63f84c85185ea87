import { useEffect, useState } from "react";
import { proof, write } from "../api/client";
import { useMe } from "../session";
import { hasPasskeys, showPasskey } from "../sign/passkey";
import { Dialog } from "../ui/Dialog";
import { Form } from "../ui/Form";
import { attempt } from "./actions";

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
  const show = async () => {
    const proven = await attempt(
      showPasskey()
        .then((shown) => write("POST", "/auth/confirm", shown))
        .then(() => true),
    );
    if (proven) end(true);
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
      >
        {hasPasskeys() ? (
          <button type="button" className="justify-self-start text-accent hover:underline" onClick={() => void show()}>
            Use a passkey instead
          </button>
        ) : null}
      </Form>
    </Dialog>
  );
}
