/** `npm run api:generate` writes the types of the service's API; `npm run api:check` fails when they are not these. */
import { readFileSync, writeFileSync } from "node:fs";
import openapiTS, { astToString, COMMENT_HEADER } from "openapi-typescript";

const contract = new URL("../../docs/api/openapi.json", import.meta.url);
const written = new URL("../src/api/schema.d.ts", import.meta.url);

const text = COMMENT_HEADER + astToString(await openapiTS(contract, { rootTypes: true, rootTypesNoSchemaPrefix: true }));
if (!process.argv.includes("--check")) {
  writeFileSync(written, text);
} else if (readFileSync(written, "utf8") !== text) {
  console.error("src/api/schema.d.ts is not what docs/api/openapi.json makes. Run: npm run api:generate");
  process.exitCode = 1;
}
