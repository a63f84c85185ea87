import { Fingerprint } from "lucide-react";
import { useState } from "react";
import { write } from "../api/client";
import type { AuthFacts, SignedIn } from "../api/schema";
import { attempt } from "../frame/actions";
import { Link } from "../frame/Link";
import { useSession } from "../session";
import { Button } from "../ui/Button";
import { Form } from "../ui/Form";
import { Back, SecondFactor, whereIsCode } from "./CodeStep";
import { enter, isEmail } from "./door";
import { Providers } from "./Providers";
import { hasPasskeys, signInWithPasskey } from "./passkey";
import { refusalIn } from "./refusals";
import { Shell } from "./Shell";

type Step = { at: "password" } | { at: "ask" } | { at: "code"; email: string } | { at: "second"; ticket: string };

export function SignIn({ facts }: { facts: AuthFacts }) {
  const why = useSession((state) => state.why);
  const [step, setStep] = useState<Step>({ at: "password" });
  const go = async (reply: SignedIn) => {
    if (reply.status === "second_factor") setStep({ at: "second", ticket: reply.ticket ?? "" });
    else await enter(reply);
  };
  const [isShowing, setShowing] = useState(false);
  const show = async () => {
    if (isShowing) return;
    setShowing(true);
    await attempt(signInWithPasskey().then(go));
    setShowing(false);
  };
  const back = () => setStep({ at: "password" });
  if (step.at === "second") return <SecondFactor ticket={step.ticket} onBack={back} />;
  if (step.at === "code") return <WithCode email={step.email} facts={facts} onReply={go} onBack={back} />;
  if (step.at === "ask")
    return (
      <Shell title="Sign in by e-mail" about="We send you a code; no password needed." foot={<Back onClick={back} />}>
        <Form
          key="code"
          wide
          verb="Send me a code"
          asks={[{ name: "email", label: "E-mail", kind: "email", complete: "email", check: isEmail }]}
          onSubmit={async ({ email = "" }) => {
            await write("POST", "/auth/codes", { email, purpose: "login" });
            setStep({ at: "code", email });
          }}
        />
      </Shell>
    );
  return (
    <Shell
      title="Sign in"
      about={why || refusalIn(location.search) || undefined}
      foot={
        facts.signup === "closed" ? null : (
          <>
            New here?{" "}
            <Link className="text-accent underline underline-offset-4" href={`/sign-up${location.search}`}>
              Make an account
            </Link>
          </>
        )
      }
    >
      <Form
        wide
        verb="Sign in"
        asks={[
          { name: "email", label: "E-mail", kind: "email", complete: "username", check: isEmail },
          { name: "password", label: "Password", kind: "password", complete: "current-password" },
        ]}
        onSubmit={async ({ email, password }) =>
          go(await write<SignedIn>("POST", "/auth/sign-in", { email, password }))
        }
      />
      <div className="flex justify-between">
        <button
          type="button"
          className="text-accent underline underline-offset-4"
          onClick={() => setStep({ at: "ask" })}
        >
          Sign in with a code
        </button>
        <Link className="text-accent underline underline-offset-4" href="/reset">
          Forgot the password?
        </Link>
      </div>
      {hasPasskeys() ? (
        <Button icon={Fingerprint} className="h-9" aria-disabled={isShowing} onClick={() => void show()}>
          Sign in with a passkey
        </Button>
      ) : null}
      <Providers ids={facts.providers} />
    </Shell>
  );
}

function WithCode({
  email,
  facts,
  onReply,
  onBack,
}: {
  email: string;
  facts: AuthFacts;
  onReply: (reply: SignedIn) => Promise<void>;
  onBack: () => void;
}) {
  return (
    <Shell title="Type the code" about={whereIsCode(email, facts.sends_mail)} foot={<Back onClick={onBack} />}>
      <Form
        wide
        verb="Sign in"
        asks={[{ name: "code", label: "Code", kind: "code", hint: "It holds for 15 minutes." }]}
        onSubmit={async ({ code }) =>
          onReply(await write<SignedIn>("POST", "/auth/sign-in/code", { email, code: code?.trim() }))
        }
      />
    </Shell>
  );
}
