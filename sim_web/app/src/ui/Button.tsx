import type { LucideIcon } from "lucide-react";
import type { ButtonHTMLAttributes, Ref } from "react";
import { cx } from "./cx";

const KINDS = {
  main: "bg-accent text-on-accent border-transparent hover:brightness-110",
  plain: "bg-card border-line hover:bg-hover",
  ghost: "border-transparent bg-transparent hover:bg-hover",
  danger: "bg-card border-line text-bad hover:bg-bad-wash",
};

interface Props extends ButtonHTMLAttributes<HTMLButtonElement> {
  kind?: keyof typeof KINDS;
  icon?: LucideIcon;
  ref?: Ref<HTMLButtonElement>;
}

export function Button({ kind = "plain", icon: Icon, className, children, type = "button", ...rest }: Props) {
  return (
    <button
      type={type}
      className={cx(
        "inline-flex h-8 shrink-0 items-center justify-center gap-1.5 whitespace-nowrap rounded-md border px-3 font-medium",
        "disabled:opacity-50 disabled:pointer-events-none aria-disabled:opacity-50",
        KINDS[kind],
        className,
      )}
      {...rest}
    >
      {Icon ? <Icon size={14} aria-hidden /> : null}
      {children}
    </button>
  );
}

interface IconProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  label: string;
  icon: LucideIcon;
  small?: boolean;
  ref?: Ref<HTMLButtonElement>;
}

export function IconButton({ label, icon: Icon, small, className, type = "button", ...rest }: IconProps) {
  return (
    <button
      type={type}
      aria-label={label}
      title={label}
      className={cx(
        "inline-flex shrink-0 items-center justify-center rounded-md text-soft hover:bg-hover hover:text-text",
        "disabled:opacity-40 disabled:pointer-events-none",
        small ? "size-6" : "size-8",
        className,
      )}
      {...rest}
    >
      <Icon size={small ? 14 : 16} aria-hidden />
    </button>
  );
}
