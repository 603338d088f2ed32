import { useQuery } from "@tanstack/react-query";
import { allConfigsQuery } from "@/api/configs";
import { Loaded } from "@/components/loading";
import { counted } from "@/lib/format";
import { hasWords } from "@/lib/words";
import { ConfigRow, type RowActions } from "./config-row";

/** Configs of all folders whose path or pipeline says the words. */
export function FoundList({ words, actions }: { words: string; actions: RowActions }) {
  const query = useQuery(allConfigsQuery);
  return (
    <Loaded query={query}>
      {({ configs, cut }) => {
        const found = configs.filter(({ path, pipeline }) => hasWords(`${path} ${pipeline}`, words));
        return (
          <>
            <p role="status" className="px-2 pb-1 text-sm text-soft">
              {counted(found.length, "config")} found{cut && ", among the first 2,000"}.
            </p>
            <ul>
              {found.map((entry) => (
                <li key={entry.path}>
                  <ConfigRow entry={entry} label={entry.path} actions={actions} />
                </li>
              ))}
            </ul>
          </>
        );
      }}
    </Loaded>
  );
}
