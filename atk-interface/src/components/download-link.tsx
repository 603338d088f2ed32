import { Download } from "lucide-react";
import type { ReactNode } from "react";
import { looks } from "@/components/button";

/** A link that looks like a button, and brings a file. */
export const DownloadLink = ({ href, children }: { href: string; children: ReactNode }) => (
  <a href={href} download className={looks({})}>
    <Download aria-hidden className="size-4" />
    {children}
  </a>
);
