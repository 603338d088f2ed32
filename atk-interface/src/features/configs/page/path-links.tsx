import { Link } from "react-router";
import { folderOf } from "@/features/configs/tree/config-path";

/** Where a config lies, each part a way back. */
export function PathLinks({ path }: { path: string }) {
  const folder = folderOf(path);
  return (
    <nav aria-label="Where this is" className="flex flex-wrap gap-x-1.5">
      <Link to="/configs" className="underline-offset-4 hover:underline">
        Configs
      </Link>
      {folder && (
        <>
          <span aria-hidden>/</span>
          <Link to={`/configs?open=${encodeURIComponent(folder)}`} className="underline-offset-4 hover:underline">
            {folder}
          </Link>
        </>
      )}
    </nav>
  );
}
