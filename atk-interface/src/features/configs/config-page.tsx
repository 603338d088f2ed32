import { useQuery } from "@tanstack/react-query";
import { useParams } from "react-router";
import { configQuery } from "@/api/configs";
import { ButtonLink } from "@/components/button";
import { Skeleton } from "@/components/loading";
import { Page } from "@/components/page";
import { ProblemNote } from "@/components/problem-note";
import { ConfigEditor } from "./page/config-editor";

/** One config, to edit, try and run. */
export function Component() {
  const path = useParams()["*"] ?? "";
  const query = useQuery(configQuery(path));
  if (query.data) return <ConfigEditor key={path} stored={query.data} />;
  return (
    <Page title={path} full>
      {query.error ? (
        <ProblemNote error={query.error} title={`${path} cannot be opened`} onRetry={() => void query.refetch()}>
          <ButtonLink to="/configs" size="small" className="mt-3 mr-2">
            All configs
          </ButtonLink>
        </ProblemNote>
      ) : (
        <Skeleton className="h-96" />
      )}
    </Page>
  );
}
