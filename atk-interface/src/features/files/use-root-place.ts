import { useLocation, useNavigate, useParams, useSearchParams } from "react-router";
import type { Root } from "@/api/files";
import type { FolderPlace } from "@/features/files/folder-place";
import { encodePath, normalPath } from "@/lib/paths";

/** The folder is the path of the address: /inputs/books?file=emma.txt. */
export function useRootPlace(root: Root, topName: string): FolderPlace {
  const path = normalPath(useParams()["*"] ?? "");
  const [search] = useSearchParams();
  const { pathname } = useLocation();
  const navigate = useNavigate();
  const hidden = search.get("hidden") === "1";

  const address = (to: string, file: string, withHidden: boolean) => {
    const query = new URLSearchParams({ ...(file && { file }), ...(withHidden && { hidden: "1" }) }).toString();
    return `/${root}${to && `/${encodePath(to)}`}${query && `?${query}`}`;
  };
  return {
    root,
    top: "",
    topName,
    path,
    file: search.get("file") ?? "",
    hidden,
    hrefOf: (to, file = "") => address(to, file, hidden),
    go: (to, file = "", { replace = false, from = "" } = {}) => void navigate(address(to, file, hidden), { replace, state: { from }, preventScrollReset: pathname === `/${root}${to && `/${encodePath(to)}`}` }),
    setHidden: (next) => void navigate(address(path, search.get("file") ?? "", next), { replace: true }),
  };
}
