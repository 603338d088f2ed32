import { ChevronRight } from "lucide-react";
import { Fragment } from "react";
import { Link } from "react-router";
import type { FolderPlace } from "@/features/files/folder-place";
import { stepsTo } from "@/lib/paths";

/** Where one is, and the ways back. */
export function Breadcrumbs({ place }: { place: FolderPlace }) {
  const steps = [{ name: place.topName, path: place.top }, ...stepsTo(place.path, place.top)];
  return (
    <nav aria-label="Folders on the way" className="min-w-0 flex-1 basis-60">
      <ol className="flex flex-wrap items-center gap-x-0.5">
        {steps.map(({ name, path }, index) => (
          <Fragment key={path}>
            {index > 0 && <ChevronRight aria-hidden className="size-4 shrink-0 text-soft" />}
            <li className="max-w-full min-w-0">
              {index === steps.length - 1 ? (
                <span aria-current="page" className="block truncate px-1.5 py-1 font-semibold">
                  {name}
                </span>
              ) : (
                <Link to={place.hrefOf(path)} className="block truncate rounded-md px-1.5 py-1 text-soft hover:bg-raised hover:text-text">
                  {name}
                </Link>
              )}
            </li>
          </Fragment>
        ))}
      </ol>
    </nav>
  );
}
