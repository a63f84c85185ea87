import { Link } from "../frame/Link";
import { baseType } from "../model/names";
import { useSession } from "../session";
import { Command } from "../ui/Command";

/** A package's name says what it brings. */
const packageOf = (type: string, values: object) =>
  `sim-${"operation" in values ? "tool" : "block"}-${baseType(type).replaceAll("_", "-")}`;

/** What stands in a block's form while nothing that is installed brings its type. */
export function Missing({ type, values }: { type: string; values: object }) {
  const mayInstall = useSession((state) => state.me?.is_operator ?? false);
  return (
    <div className="grid grid-cols-1 gap-2 rounded-md bg-bad-wash p-3 text-sm">
      <p>
        No installed package brings the block type “{type}”, so the workflow cannot run through it. Once the package is
        there, the block works again by itself. Until then it keeps what it holds.
      </p>
      {mayInstall ? (
        <>
          <p>Packages are called after what they bring. This one is probably installed by</p>
          <Command text={`sim plugin install ${packageOf(type, values)}`} />
          <p>
            <Link href="/integrations" className="text-accent underline">
              See what is installed
            </Link>
          </p>
        </>
      ) : (
        <p>Ask whoever runs this Sim to install {packageOf(type, values)}.</p>
      )}
      <details>
        <summary className="cursor-pointer">What it holds</summary>
        <pre className="overflow-auto pt-1 font-mono text-xs">{JSON.stringify(values, null, 2)}</pre>
      </details>
    </div>
  );
}
