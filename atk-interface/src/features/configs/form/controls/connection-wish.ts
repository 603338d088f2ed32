import type { TestAddress, TestProvider } from "@/api/schema";
import type { YamlValue } from "@/lib/yaml-config";
import { readModel } from "../model-value";

/** A test that can be made, or why this one cannot. */
export type ConnectionWish = { readonly wish: TestProvider | TestAddress; readonly why?: undefined } | { readonly wish: null; readonly why: string };

const only = (value: YamlValue | undefined): string => (typeof value === "string" ? value : "");

/** How to test the connection of a model as a config says it; null where there is nothing to test. */
export function testOf(value: YamlValue | undefined): ConnectionWish | null {
  const { place, name } = readModel(value);
  if (place.at === "provider") return { wish: { provider: place.provider, model: name } };
  if (place.at !== "own" || typeof value !== "object" || value === null || Array.isArray(value)) return null;
  const [address, key] = [value["base_url"], value["api_key"]];
  if (Array.isArray(address) || Array.isArray(key)) return { wish: null, why: "Several addresses or keys are tried when the run starts." };
  if (!/^https?:\/\/[^${}]+$/.test(only(address))) return { wish: null, why: "Give its address first, such as http://127.0.0.1:8000/v1." };
  const secret = /^secret:\/\/(.+)$/.exec(only(key))?.[1];
  if (only(key) !== "" && secret === undefined) return { wish: null, why: "Keys from variables are tried when the run starts. One that is kept as a secret can be tried now." };
  return { wish: { base_url: only(address), secret: secret ?? "", model: name } };
}
