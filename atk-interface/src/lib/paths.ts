/** Paths below a root folder: relative, with forward slashes; "" is the root itself. */

export const joinPath = (...parts: string[]): string => parts.filter((part) => part !== "").join("/");

export const nameOf = (path: string): string => path.slice(path.lastIndexOf("/") + 1);

export const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf("/")));

/** Whether `path` is `folder` or lies somewhere in it: `books-old` is not in `books`. */
export const isWithin = (path: string, folder: string): boolean => folder === "" || path === folder || path.startsWith(`${folder}/`);

/** "a.tar.GZ" -> "gz"; nothing for names without an ending, and for ".hidden". */
export function endingOf(name: string): string {
  const dot = name.lastIndexOf(".");
  return dot > 0 ? name.slice(dot + 1).toLowerCase() : "";
}

/** Every folder on the way to `path`, from below `top` on: the links of a breadcrumb. */
export function stepsTo(path: string, top = ""): { name: string; path: string }[] {
  const inner = top ? path.slice(top.length + 1) : path;
  const names = inner.split("/").filter(Boolean);
  return names.map((name, index) => ({ name, path: joinPath(top, ...names.slice(0, index + 1)) }));
}

/** For an address: a name may hold #, ? and %, and the slashes stay. */
export const encodePath = (path: string): string => path.split("/").map(encodeURIComponent).join("/");

/** "a//b/" -> "a/b", as an address may have it. */
export const normalPath = (path: string): string => path.split("/").filter(Boolean).join("/");

/** Without slashes and blanks that somebody typed around or inside it. */
export const tidyPath = (typed: string): string =>
  typed
    .split("/")
    .map((part) => part.trim())
    .filter((part) => part !== "" && part !== ".")
    .join("/");

/** What people call a model by its path: the one of a training run lies in RUN/model, and the run tells more. */
export const nameOfModel = (path: string): string => (nameOf(path) === "model" ? nameOf(parentOf(path)) : nameOf(path)) || path;

/** Whether a model lies in this project, and is no name on a hub. */
export const isModelHere = (path: string): boolean => /^(outputs|models)\//.test(path);
