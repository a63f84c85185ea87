/** Ask the person for files of their own machine. */
export function pick(then: (files: readonly File[]) => void, { accept = "", many = true } = {}) {
  const input = document.createElement("input");
  input.type = "file";
  input.multiple = many;
  if (accept && accept !== "*/*") input.accept = accept;
  input.onchange = () => then([...(input.files ?? [])]);
  input.click();
}
