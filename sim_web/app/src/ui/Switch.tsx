import { Switch as Radix } from "radix-ui";

export function Switch({
  id,
  label,
  checked,
  onChange,
  disabled,
}: {
  id?: string;
  label?: string;
  checked: boolean;
  onChange: (is: boolean) => void;
  disabled?: boolean;
}) {
  return (
    <Radix.Root
      id={id}
      aria-label={label}
      checked={checked}
      disabled={disabled}
      onCheckedChange={onChange}
      className="h-5 w-9 shrink-0 rounded-full bg-strong transition-colors data-[state=checked]:bg-accent disabled:opacity-50"
    >
      <Radix.Thumb className="block size-4 translate-x-0.5 rounded-full bg-white shadow transition-transform data-[state=checked]:translate-x-[18px]" />
    </Radix.Root>
  );
}
