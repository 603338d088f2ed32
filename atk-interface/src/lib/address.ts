import { useSearchParams } from "react-router";

/** What a page keeps in its address, and a way to change some of it; what is made empty goes from there. */
export function useAddress(): [URLSearchParams, (changes: Record<string, string>) => void] {
  const [params, setParams] = useSearchParams();
  const change = (changes: Record<string, string>) =>
    setParams((before) => new URLSearchParams(Object.entries({ ...Object.fromEntries(before), ...changes }).filter(([, value]) => value)), { replace: true, preventScrollReset: true });
  return [params, change];
}

/** The id of a run as the service makes them; anything else in the address is as good as nothing. */
export const runIdIn = (text: string | null): string => (text && /^[0-9a-f]{16}$/.test(text) ? text : "");
