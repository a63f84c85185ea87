import { useState } from "react";
import { Card } from "../../ui/Page";
import { setTheme, type Theme, theme } from "../../ui/theme";

const CHOICES: [Theme, string, string][] = [
  ["system", "As the system", "Follows this machine."],
  ["light", "Light", "Dark on white."],
  ["dark", "Dark", "Light on dark."],
];

export function Appearance() {
  const [chosen, setChosen] = useState(theme());
  return (
    <Card className="p-4">
      <fieldset className="grid gap-2">
        <legend className="mb-2 font-semibold">Colours</legend>
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
    </Card>
  );
}
