import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { worker } from "./vite.worker";

const api = process.env.SIM_URL ?? "http://127.0.0.1:3000";

export default defineConfig({
  plugins: [react(), tailwindcss(), worker()],
  // The server puts each answer's own nonce in its place.
  html: { cspNonce: "{{sim-nonce}}" },
  build: { outDir: "../dist", emptyOutDir: true, assetsInlineLimit: 0, chunkSizeWarningLimit: 700 },
  server: { proxy: { "/api": api } },
});
