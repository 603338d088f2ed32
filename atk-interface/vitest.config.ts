import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

/** A document is made only for those that draw something, or say in their first line that they need one: it takes longer than most tests. */
export default defineConfig({
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  test: {
    restoreMocks: true,
    testTimeout: 20_000,
    projects: [
      { extends: true, test: { name: "plain", include: ["src/**/*.test.ts"], environment: "node" } },
      { extends: true, test: { name: "page", include: ["src/**/*.test.tsx"], environment: "happy-dom" } },
    ],
  },
});
