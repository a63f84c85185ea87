import { read } from "../api/client";
import { Link } from "../frame/Link";
import { session, useSession } from "../session";
import { Form } from "../ui/Form";
import { arrive } from "./door";
import { Shell } from "./Shell";

/** The door of developers: come in by an API key, in this tab only. No page leads here. */
export function Connect() {
  return (
    <Shell
      title="Come in by a key"
      about={
        <>
          Make one with <code className="font-mono text-sm">sim key create</code>. It is kept in this tab only.
        </>
      }
      foot={
        <Link className="text-accent underline underline-offset-4" href="/sign-in">
          Sign in with an account
        </Link>
      }
    >
      <Form
        wide
        verb="Connect"
        asks={[{ name: "key", label: "API key", kind: "password", complete: "off" }]}
        onSubmit={async ({ key = "" }) => {
          await read("/me", { "X-API-Key": key.trim() });
          session.withKey(key.trim());
          useSession.setState({ phase: "asking", why: "" });
          await arrive();
        }}
      />
    </Shell>
  );
}
