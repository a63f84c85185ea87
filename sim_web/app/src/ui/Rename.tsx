interface Props {
  label: string;
  value: string;
  onKeep: (value: string) => void;
  onEnd: () => void;
}

/** A name that is being changed in place: Enter or leaving it keeps it, Escape does not. */
export function Rename({ label, value, onKeep, onEnd }: Props) {
  const keep = (next: string) => {
    onEnd();
    if (next.trim() && next.trim() !== value) onKeep(next.trim());
  };
  return (
    <input
      aria-label={label}
      className="control h-8 py-0"
      defaultValue={value}
      // biome-ignore lint/a11y/noAutofocus: the person has just asked to type here
      autoFocus
      onFocus={(event) => event.target.select()}
      onBlur={(event) => keep(event.target.value)}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key === "Enter") event.currentTarget.blur();
        if (event.key === "Escape") {
          event.currentTarget.value = value;
          event.currentTarget.blur();
        }
      }}
    />
  );
}
