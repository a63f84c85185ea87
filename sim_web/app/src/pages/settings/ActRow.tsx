import type { Act } from "../../api/schema";
import { JsonTree } from "../../ui/JsonTree";
import { moment } from "../../ui/when";
import { actWords } from "../../ui/words";

/** One act of the audit log; opened, it tells the state before and after. */
export function ActRow({ act }: { act: Act }) {
  const line = (
    <>
      <span className="w-40 shrink-0 text-sm max-md:w-auto max-md:flex-1 text-soft tabular-nums">
        {moment(act.created_at)}
      </span>
      <span className="w-48 shrink-0 truncate font-medium max-md:order-2 max-md:w-full" title={act.action}>
        {actWords(act.action)}
      </span>
      <span className="min-w-0 flex-1 truncate max-md:order-3 max-md:basis-full max-md:text-soft">
        {act.actor || "nobody"}
      </span>
      <span className="w-28 shrink-0 truncate text-right text-sm text-soft max-md:order-1">{act.address}</span>
    </>
  );
  const shape = "flex min-h-9 items-center gap-x-4 px-4 py-1.5 max-md:flex-wrap";
  if (!act.before && !act.after) return <li className={`${shape} border-b border-line last:border-0`}>{line}</li>;
  return (
    <li className="border-b border-line last:border-0">
      <details>
        <summary className={`${shape} cursor-pointer list-none hover:bg-hover`}>{line}</summary>
        <div className="grid gap-4 border-t border-line bg-page px-4 py-3 md:grid-cols-2">
          <div>
            <h3 className="text-sm font-semibold text-soft">Before</h3>
            <JsonTree value={act.before} />
          </div>
          <div>
            <h3 className="text-sm font-semibold text-soft">After</h3>
            <JsonTree value={act.after} />
          </div>
        </div>
      </details>
    </li>
  );
}
