import { useState } from "react";
import { toast } from "sonner";
import { write } from "../../api/client";
import type { Enrolment } from "../../api/schema";
import { attempt } from "../../frame/actions";
import { asking } from "../../frame/asked";
import { useMe } from "../../session";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { Form } from "../../ui/Form";
import { Qr } from "../../ui/Qr";
import { copy } from "../../ui/Shown";
import { refreshMe } from "./Profile";
import { Section } from "./Section";

export function SecondFactor() {
  const isOn = useMe()?.has_second_factor;
  const [enrolment, setEnrolment] = useState<Enrolment>();
  const begin = async () => setEnrolment(await attempt(write<Enrolment>("POST", "/me/totp")));
  const end = () =>
    asking.yes({
      title: "Turn the second factor off?",
      about: "Your password alone lets one in then.",
      verb: "Turn it off",
      perform: () => write("DELETE", "/me/totp").then(refreshMe),
    });
  return (
    <>
      <Section
        title="Second factor"
        about={
          isOn
            ? "A code of your authenticator app is asked for when you sign in."
            : "Have a code of an authenticator app asked for beside your password."
        }
        actions={
          isOn ? <Button onClick={end}>Turn it off</Button> : <Button onClick={() => void begin()}>Set it up</Button>
        }
      />
      {enrolment ? <SetUp enrolment={enrolment} onClose={() => setEnrolment(undefined)} /> : null}
    </>
  );
}

function SetUp({ enrolment, onClose }: { enrolment: Enrolment; onClose: () => void }) {
  const codes = enrolment.recovery_codes;
  return (
    <Dialog
      title="Set up the second factor"
      about="Scan this with an authenticator app, keep the recovery codes, and type the app's first code."
      open
      onClose={onClose}
    >
      <div className="grid gap-4">
        <div className="flex items-start gap-4">
          <Qr text={enrolment.url} label="Code to scan" size={152} />
          <div className="grid min-w-0 flex-1 gap-1">
            <p className="text-sm text-soft">Or type this into the app:</p>
            <code className="font-mono text-sm break-all select-all" data-testid="totp-secret">
              {enrolment.secret}
            </code>
          </div>
        </div>
        <div className="rounded-md bg-hover p-3">
          <div className="mb-2 flex items-center justify-between gap-2">
            <p className="font-medium">Recovery codes</p>
            <Button onClick={() => copy(codes.join("\n"))}>Copy</Button>
          </div>
          <ul className="grid grid-cols-2 gap-x-4 font-mono text-sm">
            {codes.map((code) => (
              <li key={code}>{code}</li>
            ))}
          </ul>
          <p className="mt-2 text-sm text-soft">
            Each lets you in once, when the app is lost. They are shown this once.
          </p>
        </div>
        <Form
          verb="Turn it on"
          asks={[{ name: "code", label: "First code of the app", kind: "code" }]}
          onCancel={onClose}
          onSubmit={async ({ code }) => {
            await write("POST", "/me/totp/activate", { code: code?.replace(/\s/g, "") });
            await refreshMe();
            toast.success("The second factor is on.");
            onClose();
          }}
        />
      </div>
    </Dialog>
  );
}
