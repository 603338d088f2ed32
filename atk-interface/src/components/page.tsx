import clsx from "clsx";
import { useEffect, type ReactNode } from "react";
import { hueOf } from "@/lib/pipeline-hue";

interface PageProps {
  /** Of the browser's tab, and of the page unless `heading` says it otherwise. */
  title: string;
  heading?: ReactNode;
  lead?: ReactNode;
  /** Above the heading: where one is. */
  above?: ReactNode;
  actions?: ReactNode;
  /** The page takes this pipeline's colour. */
  pipeline?: string;
  /** Use the whole height and width: editors and logs. */
  full?: boolean;
  children: ReactNode;
}

/** The frame of every page: title, lead, actions, and the colour of the pipeline that it is about. */
export function Page({ title, heading = title, lead, above, actions, pipeline, full = false, children }: PageProps) {
  useEffect(() => {
    document.title = `${title} · Augmentoolkit`;
  }, [title]);

  return (
    <div
      className={clsx("hued mx-auto flex w-full flex-col gap-5 px-4 py-6 sm:px-6 lg:px-8", full ? "max-w-none flex-1" : "max-w-6xl")}
      style={pipeline ? { "--hue": hueOf(pipeline).hue } : undefined}
    >
      <header data-quiet className="flex flex-wrap items-end gap-x-6 gap-y-3">
        <div className="min-w-0 flex-1 basis-72">
          {above && <div className="mb-1 text-sm text-soft">{above}</div>}
          <h1 className="text-3xl leading-tight font-bold text-balance">{heading}</h1>
          {lead && <div className="mt-1 max-w-prose text-soft">{lead}</div>}
        </div>
        {actions && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
      </header>
      {children}
    </div>
  );
}
