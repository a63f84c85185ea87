import { type ReactNode, useState } from "react";
import { write } from "../api/client";
import type { AuthFacts, Found, SignedIn } from "../api/schema";
import { first } from "../frame/first";
import { Link } from "../frame/Link";
import { type Ask, Form } from "../ui/Form";
import { CodeStep, whereIsCode } from "./CodeStep";
import { enter, isEmail, isLong } from "./door";
import { Providers } from "./Providers";
import { Shell } from "./Shell";

const ASKS: Ask[] = [
  { name: "name", label: "Name", complete: "name", placeholder: "How others see you" },
  { name: "email", label: "E-mail", kind: "email", complete: "username", check: isEmail },
  {
    name: "password",
    label: "Password",
    kind: "password",
    complete: "new-password",
    hint: "At least 10 characters.",
    check: isLong,
  },
];

interface Props {
  facts: AuthFacts;
  /** With an invitation, the address is known. */
  invited?: { found: Found; token: string };
}

export function SignUp({ facts, invited }: Props) {
  const [sent, setSent] = useState<{ ticket: string; email: string }>();
  if (sent)
    return (
      <CodeStep
        title="Prove your address"
        about={whereIsCode(sent.email, facts.sends_mail)}
        path="/auth/verify"
        ticket={sent.ticket}
        onBack={() => setSent(undefined)}
      />
    );
  if (!invited && !facts.is_fresh && facts.signup !== "open") return <Shut signup={facts.signup} />;
  return (
    <Shell
      {...words(facts, invited?.found)}
      foot={facts.is_fresh ? null : <HaveOne back={invited ? `/invite${location.search}` : ""} />}
    >
      <Form
        wide
        verb={facts.is_fresh ? "Set up Sim" : "Make an account"}
        asks={invited ? ASKS.filter((ask) => ask.name !== "email") : ASKS}
        onSubmit={async (answers) => {
          const email = invited?.found.email ?? answers.email ?? "";
          const body = { ...answers, email, ...(invited ? { invitation: invited.token } : {}) };
          const reply = await write<SignedIn>("POST", "/auth/sign-up", body);
          first.begin();
          if (reply.status === "signed_in") await enter(reply);
          else setSent({ ticket: reply.ticket ?? "", email });
        }}
      />
      <Providers ids={facts.providers} invitation={invited?.token} />
    </Shell>
  );
}

function words(facts: AuthFacts, found?: Found): { title: string; about: ReactNode } {
  if (facts.is_fresh)
    return {
      title: "Welcome to Sim",
      about: "You are the first here: your account owns this instance. It stays on your machine.",
    };
  if (found)
    return {
      title: `Join ${found.organization}`,
      about: `You are invited as ${found.email}. Make an account to accept.`,
    };
  return { title: "Make an account", about: "Build, run and watch workflows with your team." };
}

const HaveOne = ({ back = "" }) => (
  <>
    You have an account?{" "}
    <Link
      className="text-accent underline underline-offset-4"
      href={`/sign-in${back ? `?${new URLSearchParams({ to: back })}` : location.search}`}
    >
      Sign in
    </Link>
  </>
);

const Shut = ({ signup }: { signup: string }) => (
  <Shell title="Accounts are by invitation" foot={<HaveOne />}>
    <p>
      {signup === "closed"
        ? "Nobody can make an account here at the moment. Ask whoever runs this instance."
        : "Ask somebody who is here to invite you: they find it under Settings → Invitations. Then open the link you get."}
    </p>
  </Shell>
);
