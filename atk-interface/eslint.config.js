import { readdirSync } from "node:fs";
import js from "@eslint/js";
import a11y from "eslint-plugin-jsx-a11y";
import hooks from "eslint-plugin-react-hooks";
import ts from "typescript-eslint";

const features = readdirSync(new URL("./src/features", import.meta.url));

const upward = (...zones) =>
  zones.map((zone) => ({ group: [`@/${zone}`, `@/${zone}/**`], message: "Imports go app -> features -> components, workshop, api -> lib." }));

/** One zone a folder: what may not be imported from there. Later entries replace earlier ones, so each says all of it. */
const zone = (folder, patterns) => ({
  files: [`src/${folder}/**/*.{ts,tsx}`],
  rules: { "no-restricted-imports": ["error", { patterns: [{ group: ["../../*"], message: "Further up than one folder: write @/..." }, ...patterns] }] },
});

export default ts.config(
  { ignores: ["dist", "dist-*", "node_modules", "src/api/schema.d.ts", "test-results", "playwright-report"] },
  js.configs.recommended,
  ts.configs.strictTypeChecked,
  ts.configs.stylisticTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: { allowDefaultProject: ["*.js", "scripts/*.mjs", "public/*.js"] } } },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true, allowBoolean: false }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/consistent-type-definitions": ["error", "interface"],
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
      "@typescript-eslint/dot-notation": "off",
      "no-console": "error",
      eqeqeq: "error",
      "max-lines": ["error", { max: 250 }],
      "max-lines-per-function": ["error", { max: 120, skipComments: true }],
      complexity: ["error", 16],
      "max-params": ["error", 5],
    },
  },
  {
    files: ["src/**/*.tsx", "src/**/*.ts"],
    extends: [a11y.flatConfigs.strict, hooks.configs.flat["recommended-latest"]],
    rules: {
      // The rule does not know our Select and TextInput; the axe check in the browser does.
      "jsx-a11y/label-has-associated-control": ["error", { assert: "either", depth: 3 }],
      "no-restricted-globals": ["error", { name: "fetch", message: "Requests live in src/api." }, { name: "EventSource", message: "Streams live in src/api." }],
    },
  },
  { files: ["src/api/**/*.ts"], rules: { "no-restricted-globals": "off" } },
  zone("lib", upward("api", "components", "workshop", "features", "app")),
  zone("api", upward("components", "workshop", "features", "app")),
  zone("workshop", upward("api", "components", "features", "app")),
  zone("components", upward("features", "app")),
  ...features.map((feature) => zone(`features/${feature}`, [...upward("app"), ...upward(...features.filter((other) => other !== feature).map((other) => `features/${other}`))])),
  {
    files: ["**/*.test.{ts,tsx}", "e2e/**"],
    rules: { "max-lines-per-function": "off", "@typescript-eslint/no-non-null-assertion": "off" },
  },
  { files: ["scripts/**", "e2e/**", "*.js"], rules: { "no-console": "off" } },
  { files: ["**/*.{js,mjs}"], extends: [ts.configs.disableTypeChecked], languageOptions: { globals: { process: "readonly", console: "readonly", URL: "readonly", document: "readonly", localStorage: "readonly", matchMedia: "readonly", Buffer: "readonly" } } },
);
