import { session } from "../session";
import { providerTitle, wanted } from "./door";

/** Other providers by which one may sign in. */
export function Providers({ ids, invitation = "" }: { ids: string[]; invitation?: string }) {
  if (!ids.length) return null;
  const words = new URLSearchParams({ to: wanted(location.search) || "/", ...(invitation ? { invitation } : {}) });
  return (
    <div className="grid gap-2">
      <div className="flex items-center gap-3 text-sm text-soft">
        <span className="h-px flex-1 bg-line" /> or <span className="h-px flex-1 bg-line" />
      </div>
      {ids.map((id) => (
        <a
          key={id}
          href={`/api/v1/auth/providers/${encodeURIComponent(id)}/start?${words}`}
          className="inline-flex h-9 items-center justify-center rounded-md border border-line bg-card font-medium hover:bg-hover"
          onClick={() => session.expect()}
        >
          Continue with {providerTitle(id)}
        </a>
      ))}
    </div>
  );
}
