import { defineConfig, devices } from "@playwright/test";
import { chromium } from "./support/chromium";

export default defineConfig({
  testDir: ".",
  outputDir: "../test-results",
  forbidOnly: true,
  fullyParallel: true,
  workers: 2,
  retries: 0, // a test that passes the second time has found something
  // Generous: a busy machine is no failure. What must be quick is measured by the benchmarks.
  timeout: 120_000,
  expect: { timeout: 20_000 },
  reporter: [["list"]],
  use: {
    ...devices["Desktop Chrome"],
    viewport: { width: 1440, height: 900 },
    locale: "en-GB",
    timezoneId: "UTC",
    // Without a graphics card every frame costs processor time, which the service needs too. Tests of what moves ask for it.
    reducedMotion: "reduce",
    actionTimeout: 20_000,
    navigationTimeout: 30_000,
    trace: { mode: "retain-on-failure", screenshots: false }, // its film costs processor time all along; what the page held at each step is kept
    screenshot: "only-on-failure",
    launchOptions: chromium(),
  },
  projects: [
    { name: "chromium", testMatch: "*.spec.ts" },
    { name: "benchmarks", testMatch: "benchmarks/*.bench.ts", timeout: 240_000, use: { trace: "off", screenshot: "off", reducedMotion: "no-preference" } }, // a trace costs more than the page
    { name: "screenshots", testMatch: "screenshots/*.shots.ts", timeout: 600_000 },
  ],
});
