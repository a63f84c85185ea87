import { useState } from "react";
import { toast } from "sonner";
import { read, write } from "../../api/client";
import type { Me } from "../../api/schema";
import { asking } from "../../frame/asked";
import { session, useMe } from "../../session";
import { isEmail, vacate } from "../../sign/door";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { Form } from "../../ui/Form";
import { Section } from "./Section";

/** Read again who one is, after it has changed. */
export const refreshMe = async () => session.enter(await read<Me>("/me"));

export function Profile() {
  const me = useMe();
  const [changing, setChanging] = useState(false);
  if (!me) return null;
  const leave = () =>
    asking.yes({
      title: "Delete your account?",
      about: "You are signed out everywhere. For two weeks you can have it back by signing in.",
      verb: "Delete the account",
      perform: async () => {
        await write("DELETE", "/me");
        await vacate();
      },
    });
  return (
    <>
      <Section title="You">
        <Form
          calm
          verb="Save"
          asks={[{ name: "name", label: "Name", value: me.name, complete: "name" }]}
          onSubmit={async ({ name }) => {
            await write("PATCH", "/me", { name });
            await refreshMe();
            toast.success("Saved");
          }}
        />
      </Section>
      <Section
        title="E-mail"
        about={`You sign in as ${me.email}.`}
        actions={<Button onClick={() => setChanging(true)}>Change it</Button>}
      />
      <Section
        title="Leave Sim"
        about="Your account is deleted with your keys and secrets. For two weeks you can have it back by signing in."
        actions={
          <Button kind="danger" onClick={leave}>
            Delete the account
          </Button>
        }
      />
      {changing ? <ChangeEmail onClose={() => setChanging(false)} /> : null}
    </>
  );
}

/** First the address, to which a code is sent; then the code. */
function ChangeEmail({ onClose }: { onClose: () => void }) {
  const [email, setEmail] = useState("");
  return (
    <Dialog
      title="Change your address"
      about={email ? `Type the code that was sent to ${email}.` : "We send a code to the new one."}
      open
      onClose={onClose}
    >
      {email ? (
        <Form
          key="code"
          verb="Change the address"
          asks={[{ name: "code", label: "Code", kind: "code" }]}
          onCancel={onClose}
          onSubmit={async ({ code }) => {
            await write("PUT", "/me/email", { email, code });
            await refreshMe();
            toast.success("Your address is changed.");
            onClose();
          }}
        />
      ) : (
        <Form
          key="address"
          verb="Send the code"
          asks={[{ name: "email", label: "New address", kind: "email", check: isEmail }]}
          onCancel={onClose}
          onSubmit={async (answers) => {
            await write("PUT", "/me/email", { email: answers.email });
            setEmail(answers.email ?? "");
          }}
        />
      )}
    </Dialog>
  );
}
