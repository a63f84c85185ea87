import { useState } from "react";
import { setTheme, type Theme, theme } from "../../ui/theme";
import { Section } from "./Section";

const CHOICES: [Theme, string, string][] = [
  ["system", "As the system", "Follows this machine."],
  ["light", "Light", "Dark on white."],
  ["dark", "Dark", "Light on dark."],
];

export function Appearance() {
  const [chosen, setChosen] = useState(theme());
  return (
    <Section title="Appearance" about="Kept in this browser.">
      <fieldset className="-mx-2 grid gap-1">
        <legend className="sr-only">Colours</legend>
        {CHOICES.map(([value, label, about]) => (
          <label key={value} className="flex items-center gap-3 rounded-md px-2 py-1.5 hover:bg-hover">
            <input
              type="radio"
              name="theme"
              className="accent-(--accent)"
              checked={chosen === value}
              onChange={() => {
                setChosen(value);
                setTheme(value);
              }}
            />
            <span className="w-32 font-medium">{label}</span>
            <span className="text-soft">{about}</span>
          </label>
        ))}
      </fieldset>
    </Section>
  );
}
