/** Once something stands on the page, no menu is open any more, and focus has gone back to where it was. */
export function onceThere(find: () => HTMLElement | null, act: (found: HTMLElement) => void, frames = 90, calm = 0) {
  requestAnimationFrame(() => {
    const element = find();
    const waits = !element || document.querySelector("[role=menu]");
    if (!waits && calm > 1) return act(element);
    if (frames) onceThere(find, act, frames - 1, waits ? 0 : calm + 1);
  });
}
