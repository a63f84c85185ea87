import { useState } from "react";
import { useSession } from "../../session";
import { Command, quoted } from "../../ui/Command";
import { Dialog } from "../../ui/Dialog";
import { Field } from "../../ui/Field";

/** What needs no quotes in a shell. */
const PLAIN = /^[\w@%+=:,./-]+$/;
const written = (text: string) => (PLAIN.test(text) ? text : quoted(text));

/** How a package is installed: the command to type where Sim runs. */
export function AddPackage({ open, onClose }: { open: boolean; onClose: () => void }) {
  const runsIt = useSession((state) => state.me?.is_operator ?? false);
  const [name, setName] = useState("");
  const wanted = name.trim() ? written(name.trim()) : "NAME";
  return (
    <Dialog
      title="Add a package"
      about="Services, blocks and vendors of models are Python packages, ours and everybody's."
      open={open}
      onClose={onClose}
    >
      <div className="grid grid-cols-1 gap-4">
        <Field label="Package" hint="Its name, a wheel, a project's folder, or an address.">
          {(id) => (
            <input
              id={id}
              className="control"
              placeholder="sim-tool-jira"
              spellCheck={false}
              autoCapitalize="off"
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
        <div className="grid grid-cols-1 gap-1">
          <p className="text-soft">
            {runsIt ? "Run this in a terminal on the machine of Sim:" : "Ask whoever runs this Sim to run:"}
          </p>
          <Command text={`sim plugin install ${wanted}`} />
          <p className="text-sm text-soft">
            It is there a second later, without a restart. With <code className="font-mono">--dry-run</code> it only
            says what would change.
          </p>
        </div>
      </div>
    </Dialog>
  );
}
