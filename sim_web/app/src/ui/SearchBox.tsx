import { Search } from "lucide-react";

interface Props {
  label: string;
  placeholder: string;
  value: string;
  onChange: (value: string) => void;
}

/** Where one types what a list is looked through for. */
export const SearchBox = ({ label, placeholder, value, onChange }: Props) => (
  <label className="relative max-sm:w-full">
    <Search size={14} className="absolute top-[9px] left-2.5 text-soft" aria-hidden />
    <span className="sr-only">{label}</span>
    <input
      type="search"
      className="control w-56 pl-8 max-sm:w-full"
      placeholder={placeholder}
      value={value}
      onChange={(event) => onChange(event.target.value)}
    />
  </label>
);
