import { usePicked } from "../../ui/usePicked";

interface Props {
  name: string;
  value: string;
  options: { value: string; label: string }[];
  disabled?: boolean;
  onPick: (role: string) => unknown;
}

/** What somebody may do, to be changed in place. */
export function RolePick({ name, value, options, disabled, onPick }: Props) {
  const [shown, pick] = usePicked(value, onPick);
  return (
    <select
      aria-label={`What ${name} may do`}
      className="control w-auto min-w-28 shrink-0"
      value={shown}
      disabled={disabled}
      onChange={(event) => pick(event.target.value)}
    >
      {options.map((one) => (
        <option key={one.value} value={one.value}>
          {one.label}
        </option>
      ))}
    </select>
  );
}
