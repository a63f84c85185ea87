import type { FormField, OutputField } from "../../api/schema";
import { coded } from "../../ui/Field";

interface Row {
  name: string;
  type?: string;
  doc?: string;
  needed?: boolean;
  depth?: number;
}

const input = (one: FormField): Row => ({ name: one.name, type: one.type, doc: one.doc, needed: one.required });

/** Outputs with what lies in them, as deep as a person reads. */
const outputs = (fields: readonly OutputField[], depth = 0): Row[] =>
  fields.flatMap((one) => [
    { name: one.name, type: one.items ? `list of ${one.items}` : one.type, doc: one.doc, depth },
    ...(depth < 2 ? outputs(one.fields ?? [], depth + 1) : []),
  ]);

interface Props {
  takes: readonly FormField[];
  gives: readonly OutputField[];
  account?: string;
}

/** What a block or an operation takes and gives, and whose account it needs. */
export const Reference = ({ takes, gives, account }: Props) => (
  <div className="grid grid-cols-1 gap-4">
    {account ? (
      <p className="text-sm text-soft">
        Account: <span className="text-text">{account}</span>
      </p>
    ) : null}
    <Rows title="Inputs" none="It takes nothing." rows={takes.map(input)} />
    <Rows title="Outputs" none="What it gives is known when it runs." rows={outputs(gives)} />
  </div>
);

const Rows = ({ title, none, rows }: { title: string; none: string; rows: Row[] }) => (
  <section className="grid grid-cols-1 gap-1">
    <h4 className="text-xs font-semibold text-soft">{title}</h4>
    {rows.length ? (
      <ul aria-label={title} className="grid grid-cols-1">
        {rows.map((one, at) => (
          <li
            // biome-ignore lint/suspicious/noArrayIndexKey: names come twice, the order stays
            key={`${one.name}${at}`}
            className="grid gap-x-4 border-t border-line py-1.5 text-sm first:border-0 sm:grid-cols-[minmax(0,220px)_120px_minmax(0,1fr)]"
          >
            <code className="font-mono [overflow-wrap:anywhere]" style={{ paddingLeft: (one.depth ?? 0) * 12 }}>
              {one.name}
              {one.needed ? (
                <span className="text-bad" title="Needed">
                  {" "}
                  *
                </span>
              ) : null}
            </code>
            <span className="text-soft">{one.type}</span>
            <span className="text-soft">{coded(one.doc ?? "")}</span>
          </li>
        ))}
      </ul>
    ) : (
      <p className="text-sm text-soft">{none}</p>
    )}
  </section>
);
