interface Props {
  name: string;
  value: string;
  options: { value: string; label: string }[];
  disabled?: boolean;
  onPick: (role: string) => void;
}

/** What somebody may do, to be changed in place. */
export const RolePick = ({ name, value, options, disabled, onPick }: Props) => (
  <select
    aria-label={`What ${name} may do`}
    className="control w-auto min-w-28 shrink-0"
    value={value}
    disabled={disabled}
    onChange={(event) => onPick(event.target.value)}
  >
    {options.map((one) => (
      <option key={one.value} value={one.value}>
        {one.label}
      </option>
    ))}
  </select>
);
