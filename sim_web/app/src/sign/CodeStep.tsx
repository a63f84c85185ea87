import type { ReactNode } from "react";
import { write } from "../api/client";
import type { SignedIn } from "../api/schema";
import { Form } from "../ui/Form";
import { enter } from "./door";
import { Shell } from "./Shell";

interface Props {
  title: string;
  about: ReactNode;
  path: string;
  ticket: string;
  hint?: string;
  onBack: () => void;
}

/** One more code: of an address that is new, or of the authenticator app. */
export function CodeStep({ title, about, path, ticket, hint, onBack }: Props) {
  return (
    <Shell title={title} about={about} foot={<Back onClick={onBack} />}>
      <Form
        wide
        verb="Continue"
        asks={[{ name: "code", label: "Code", kind: "code", hint }]}
        onSubmit={async ({ code }) => enter(await write<SignedIn>("POST", path, { ticket, code: code?.trim() }))}
      />
    </Shell>
  );
}

export const Back = ({ onClick }: { onClick: () => void }) => (
  <button type="button" className="text-accent underline underline-offset-4" onClick={onClick}>
    Back
  </button>
);

/** Where a code is to be found. */
export const whereIsCode = (email: string, sends: boolean) =>
  sends
    ? `We sent a code to ${email}.`
    : "This instance sends no mail: whoever runs it finds the code under Settings → Mail, or in the server's log.";

export const SecondFactor = ({ ticket, onBack }: { ticket: string; onBack: () => void }) => (
  <CodeStep
    title="Second step"
    about="Type the code that your authenticator app shows."
    hint="Without the app, one of your recovery codes will do."
    path="/auth/sign-in/second-factor"
    ticket={ticket}
    onBack={onBack}
  />
);
