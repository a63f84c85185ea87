import { ChevronRight } from "lucide-react";
import { useState } from "react";
import type { FormField, ToolFacts } from "../../api/schema";
import { Link } from "../../frame/Link";
import { useRole } from "../../session";
import { Accounts } from "./Accounts";
import { accountWords, type BlockEntry, inputsOf, type ServiceEntry, type VendorEntry } from "./catalogue";
import { Reference } from "./Reference";

/** The accounts of a service, and its operations with what each takes and gives. */
export const ServiceBody = ({ one }: { one: ServiceEntry }) => (
  <>
    {one.service.auth?.length ? <Accounts one={one.service} /> : null}
    <section className="grid grid-cols-1 gap-1">
      <h3 className="text-xs font-semibold text-soft">Operations</h3>
      <ul aria-label={`Operations of ${one.title}`}>
        {one.service.tools?.map((tool) => (
          <Operation key={tool.id} tool={tool} form={one.form} account={accountWords(one.service.auth)} />
        ))}
      </ul>
    </section>
  </>
);

function Operation({ tool, form, account }: { tool: ToolFacts; form: readonly FormField[]; account: string }) {
  const [open, setOpen] = useState(false);
  return (
    <li className="border-t border-line first:border-0">
      <details className="group/operation" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary className="flex cursor-pointer list-none items-start gap-2 rounded-md px-1 py-1.5 hover:bg-hover">
          <ChevronRight size={14} className="mt-0.5 shrink-0 text-soft group-open/operation:rotate-90" aria-hidden />
          <span>
            <span className="font-medium">{tool.title}</span> <span className="text-soft">{tool.doc}</span>
          </span>
        </summary>
        {open ? (
          <div className="pt-1 pb-3 pl-6">
            <Reference takes={inputsOf(form, tool.operation)} gives={tool.outputs ?? []} account={account} />
          </div>
        ) : null}
      </details>
    </li>
  );
}

export const BlockBody = ({ one: { block } }: { one: BlockEntry }) => (
  <Reference takes={block.form ?? []} gives={block.outputs ?? []} />
);

const short = new Intl.NumberFormat("en", { notation: "compact" });
const dollars = new Intl.NumberFormat("en", { style: "currency", currency: "USD", maximumFractionDigits: 4 });
const price = (amount?: number | null) => (amount === null || amount === undefined ? "" : dollars.format(amount));

/** The models of a vendor: how much fits in, and what a million tokens cost. */
export const VendorBody = ({ one: { title, vendor } }: { one: VendorEntry }) => (
  <>
    <p className="text-soft">
      {vendor.keyless ? "Needs no key." : "Asked with a key of the workspace."}{" "}
      {useRole() === "admin" ? (
        <Link href="/settings/models" className="text-accent underline">
          Model keys
        </Link>
      ) : null}
    </p>
    {vendor.models?.length ? (
      <div className="overflow-x-auto">
        <table aria-label={`Models of ${title}`} className="w-full text-sm">
          <thead className="text-soft">
            <tr>
              <th className="py-1 pr-4 text-left font-medium">Model</th>
              <th className="py-1 pr-4 text-right font-medium">Tokens that fit in</th>
              <th className="py-1 pr-4 text-right font-medium">A million in</th>
              <th className="py-1 text-right font-medium">A million out</th>
            </tr>
          </thead>
          <tbody>
            {vendor.models.map((model) => (
              <tr key={model.id} className="border-t border-line">
                <td className="py-1 pr-4 font-mono">{model.id}</td>
                <td className="py-1 pr-4 text-right text-soft tabular-nums">
                  {model.window ? short.format(model.window) : ""}
                </td>
                <td className="py-1 pr-4 text-right tabular-nums">{price(model.input_price)}</td>
                <td className="py-1 text-right tabular-nums">{price(model.output_price)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    ) : null}
  </>
);
