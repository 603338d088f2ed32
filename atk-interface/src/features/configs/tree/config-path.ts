/** Configs are named by their path below configs/, with slashes. */
export const folderOf = (path: string): string => path.split("/").slice(0, -1).join("/");
export const nameOf = (path: string): string => path.split("/").at(-1) ?? path;

/** Where a config is edited. */
export const pageOf = (path: string): string => `/configs/${path.split("/").map(encodeURIComponent).join("/")}`;

/** What a person typed as a config's name: the ending may be left out. */
export function toPath(typed: string): string {
  const clean = typed.trim().replace(/^\/+|\/+$/g, "");
  return clean === "" || /\.ya?ml$/.test(clean) ? clean : `${clean}.yaml`;
}

/** Why a name cannot be a config's; empty when it can. */
export function whyNot(path: string): string {
  if (path === "") return "";
  const parts = path.split("/");
  if (parts.some((part) => part === "" || part.startsWith("."))) return "No part of it may be empty or begin with a dot.";
  if (parts.some((part) => /[\\:]/.test(part) || part.length > 150)) return "Backslashes and colons are not allowed, and each part has at most 150 letters.";
  return parts.length > 21 ? "That is too deep." : "";
}

/** A free name beside a config: `poems.yaml` as `poems-copy.yaml`. */
export const copyName = (path: string): string => path.replace(/(\.ya?ml)$/, "-copy$1");
