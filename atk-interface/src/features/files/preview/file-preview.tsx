import { useInfiniteQuery } from "@tanstack/react-query";
import { FileQuestion } from "lucide-react";
import { contentUrl, previewQuery, type Root } from "@/api/files";
import { Empty } from "@/components/empty";
import { Loaded, Skeleton } from "@/components/loading";
import { ShowMore } from "@/components/show-more";
import { DocumentText } from "@/features/files/preview/document-text";
import { PlainText } from "@/features/files/preview/plain-text";
import { Rows } from "@/features/files/preview/rows";
import { bytes } from "@/lib/format";
import { endingOf, nameOf } from "@/lib/paths";

const IMAGES = new Set(["png", "jpg", "jpeg", "gif", "webp", "avif", "bmp"]);

/** What a file holds, as far as it can be shown. */
export const FilePreview = (props: { root: Root; path: string }) => (IMAGES.has(endingOf(props.path)) ? <Picture {...props} /> : <Content {...props} />);

const Picture = ({ root, path }: { root: Root; path: string }) => <img src={contentUrl(root, path, true)} alt={nameOf(path)} className="mx-auto max-h-full max-w-full rounded-lg bg-raised object-contain" />;

function Content({ root, path }: { root: Root; path: string }) {
  const query = useInfiniteQuery(previewQuery(root, path));
  return (
    <Loaded query={query} placeholder={<Skeleton className="h-64" />}>
      {({ pages }) => (
        <>
          <Parts parts={pages} />
          <ShowMore query={query} className="mt-4 flex justify-center" />
        </>
      )}
    </Loaded>
  );
}

type Part = Awaited<ReturnType<NonNullable<ReturnType<typeof previewQuery>["queryFn"]>>>;

/** A file that is written anew while one reads may change its kind: then its first part says what it is. */
function Parts({ parts }: { parts: Part[] }) {
  const first = parts[0];
  if (first?.kind === "text") return <PlainText parts={parts.filter((part) => part.kind === "text")} />;
  if (first?.kind === "document") return <DocumentText parts={parts.filter((part) => part.kind === "document")} />;
  if (first?.kind === "rows") return <Rows parts={parts.filter((part) => part.kind === "rows")} />;
  return (
    <Empty icon={<FileQuestion aria-hidden className="size-8" />} title="Nothing here to read">
      {first?.size === 0 ? "The file is empty." : `These ${bytes(first?.size ?? 0)} are neither text nor a format that can be shown. You can download the file.`}
    </Empty>
  );
}
