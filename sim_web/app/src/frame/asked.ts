/** What a page asks before it does something: answers, a yes, or to take along what is shown once. */

import { create } from "zustand";
import type { Answers, Ask } from "../ui/Form";

interface Words {
  title: string;
  about?: string;
}
interface FormAsked extends Words {
  kind: "form";
  asks: Ask[];
  verb: string;
  onSubmit: (answers: Answers) => Promise<unknown>;
}
interface YesAsked extends Words {
  kind: "yes";
  verb: string;
  /** What is done then; a refusal is said calmly. */
  perform: () => Promise<unknown>;
  /** A milder thing that may be done instead. */
  or?: { verb: string; perform: () => Promise<unknown> };
}
interface OnceShown extends Words {
  kind: "once";
  text: string;
}
export type Asked = FormAsked | YesAsked | OnceShown;

/** What is asked, and the how many-eth it is: each begins anew. */
export const useAsked = create<{ asked?: Asked; turn: number }>(() => ({ turn: 0 }));

const put = (asked: Asked) => useAsked.setState(({ turn }) => ({ asked, turn: turn + 1 }));

export const asking = {
  form: (asked: Omit<FormAsked, "kind">) => put({ kind: "form", ...asked }),
  yes: (asked: Omit<YesAsked, "kind">) => put({ kind: "yes", ...asked }),
  once: (asked: Omit<OnceShown, "kind">) => put({ kind: "once", ...asked }),
  /** No more of it, unless something else is asked already. */
  close: (asked?: Asked) => useAsked.setState((state) => (!asked || state.asked === asked ? { asked: undefined } : {})),
};
