/** Light, dark, or as the system says; kept on this machine. */

import "./storage";

const KEY = "sim.theme";
export type Theme = "system" | "light" | "dark";

export const theme = (): Theme => (localStorage.getItem(KEY) as Theme | null) ?? "system";

export function setTheme(next: Theme) {
  localStorage.setItem(KEY, next);
  applyTheme();
}

export function applyTheme() {
  const chosen = theme();
  if (chosen === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = chosen;
}

export const isDark = () =>
  theme() === "dark" || (theme() === "system" && matchMedia("(prefers-color-scheme: dark)").matches);
