import { fileURLToPath } from "node:url";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** Where `npm run dev` finds the service: the same setting that moves the service itself. */
const service = `http://127.0.0.1:${process.env["ATK_PORT"] ?? "8000"}`;

export default defineConfig({
  plugins: [react(), tailwindcss()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  build: {
    target: "es2022",
    // No file is inlined: the service's content security policy allows none, and each is cached for ever by its name.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  // The service refuses requests of other origins, so the proxy speaks as the service's own page.
  server: { proxy: { "/api": { target: service, changeOrigin: true, headers: { origin: service } } } },
});
