import { Trash2 } from "lucide-react";
import { write } from "../../api/client";
import { attempt } from "../../frame/actions";
import { asking } from "../../frame/asked";
import { Button, IconButton } from "../../ui/Button";
import { Named } from "../../ui/List";
import type { Vendor } from "./VendorCard";
import { ask } from "./vendors";

/** Where a server of one's own is. */
export function VendorAddress({ one, base, refresh }: Vendor) {
  const set = () =>
    asking.form({
      title: `Address of ${one.title}`,
      verb: "Save",
      asks: [ask("Address", one.address || "https://models.example.com/v1")],
      onSubmit: ({ value }) =>
        write("POST", base, { provider: one.provider, name: one.address_name, value }).then(refresh),
    });
  return (
    <div className="flex flex-wrap items-center gap-3 border-t border-line px-4 py-2">
      <Named
        name={<code className="font-mono text-sm">{one.address_name}</code>}
        about={
          one.has_address
            ? "An address is set; it is never shown."
            : one.address
              ? `At ${one.address}.`
              : "It has no address yet: its models cannot be asked."
        }
      />
      <Button aria-label={`Set ${one.address_name}`} onClick={set}>
        {one.has_address ? "Change the address" : "Set the address"}
      </Button>
      {one.has_address ? (
        <IconButton
          small
          icon={Trash2}
          label={`Delete ${one.address_name}`}
          onClick={() => void attempt(write("DELETE", `${base}/${one.address_name}`)).then(refresh)}
        />
      ) : null}
    </div>
  );
}
