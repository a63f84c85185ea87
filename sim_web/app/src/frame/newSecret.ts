/** Asks for a secret's name and value, wherever one turns out to be missing. */

import { write } from "../api/client";
import type { Ask } from "../ui/Form";
import { asking } from "./asked";

const isName = (text: string) =>
  /^[A-Za-z_][A-Za-z0-9_]*$/.test(text) ? undefined : "Letters, digits and _ only, and no digit first.";
const NAME: Ask = { name: "name", label: "Name", mono: true, placeholder: "OPENAI_API_KEY", check: isName };
const VALUE: Ask = { name: "value", label: "Value", kind: "password", complete: "off" };

export const newSecret = (path: string, saved: (name: string) => Promise<unknown>, name?: string) =>
  asking.form({
    title: "New secret",
    about: "An earlier value of the same name is replaced.",
    verb: "Save",
    asks: [{ ...NAME, value: name }, VALUE],
    onSubmit: ({ name = "", value }) => write("PUT", `${path}/${name}`, { value }).then(() => saved(name)),
  });
