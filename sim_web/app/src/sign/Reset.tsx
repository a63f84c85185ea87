import { useState } from "react";
import { toast } from "sonner";
import { write } from "../api/client";
import type { AuthFacts } from "../api/schema";
import { Link } from "../frame/Link";
import { go } from "../frame/route";
import { Form } from "../ui/Form";
import { whereIsCode } from "./CodeStep";
import { isEmail, isLong } from "./door";
import { Shell } from "./Shell";

const foot = (
  <Link className="text-accent underline underline-offset-4" href="/sign-in">
    Back to signing in
  </Link>
);

export function Reset({ facts }: { facts: AuthFacts }) {
  const [email, setEmail] = useState("");
  if (!email)
    return (
      <Shell title="Set a new password" about="We send a code to your address." foot={foot}>
        <Form
          key="ask"
          wide
          verb="Send me a code"
          asks={[{ name: "email", label: "E-mail", kind: "email", complete: "username", check: isEmail }]}
          onSubmit={async (answers) => {
            await write("POST", "/auth/codes", { email: answers.email, purpose: "reset" });
            setEmail(answers.email ?? "");
          }}
        />
      </Shell>
    );
  return (
    <Shell title="Set a new password" about={whereIsCode(email, facts.sends_mail)} foot={foot}>
      <Form
        key="set"
        wide
        verb="Set the password"
        asks={[
          { name: "code", label: "Code", kind: "code" },
          {
            name: "password",
            label: "New password",
            kind: "password",
            complete: "new-password",
            hint: "At least 10 characters. You are signed out everywhere.",
            check: isLong,
          },
        ]}
        onSubmit={async ({ code, password }) => {
          await write("POST", "/auth/reset", { email, code: code?.trim(), password });
          toast.success("Your password is set. Sign in with it.");
          go("/sign-in");
        }}
      />
    </Shell>
  );
}
