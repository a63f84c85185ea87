import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Plugin } from "vite";

/** Writes the service worker of a build: which files it is made of, and a name for them all. */
export const worker = (): Plugin => ({
  name: "sim-worker",
  apply: "build",
  generateBundle(_options, bundle) {
    const files = Object.keys(bundle)
      .filter((name) => name.startsWith("assets/"))
      .sort();
    const source = readFileSync(new URL("./src/worker.js", import.meta.url), "utf8");
    const build = createHash("sha256").update(JSON.stringify(files)).update(source).digest("hex").slice(0, 16);
    const facts = `const BUILD = ${JSON.stringify(build)};\nconst FILES = ${JSON.stringify(files.map((name) => `/${name}`))};\n`;
    this.emitFile({ type: "asset", fileName: "worker.js", source: facts + source });
  },
});
