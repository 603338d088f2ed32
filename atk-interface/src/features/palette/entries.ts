import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { allConfigsQuery } from "@/api/configs";
import { pipelinesQuery } from "@/api/pipelines";
import { runsQuery } from "@/api/runs";
import { encodePath } from "@/lib/paths";
import { setPreferences } from "@/lib/preferences";
import { hasWords } from "@/lib/words";

/** Something that the palette leads to, or does. */
export interface Entry {
  id: string;
  /** What it is: the name of its group. */
  group: "Pages" | "Runs" | "Configs" | "Pipelines" | "Actions";
  title: string;
  detail?: string;
  to?: string;
  run?: () => void;
}

const PAGES: Entry[] = [
  ["/", "Home"],
  ["/pipelines", "Pipelines"],
  ["/inputs", "Inputs"],
  ["/configs", "Configs"],
  ["/runs", "Runs"],
  ["/compare", "Compare two runs"],
  ["/outputs", "Outputs"],
  ["/datasets", "Datasets"],
  ["/models", "Models"],
  ["/compare/evaluations", "Compare two evaluations of models"],
  ["/chat", "Chat"],
  ["/chat?view=corrections", "Corrections of answers"],
  ["/settings", "Settings"],
  ["/settings#providers", "Providers and their keys"],
  ["/settings#secrets", "Secrets"],
].map(([to = "", title = ""]) => ({ id: to, group: "Pages", title, to }));

const ACTIONS: Entry[] = [
  { id: "theme-dark", group: "Actions", title: "Theme: dark", run: () => setPreferences({ theme: "dark" }) },
  { id: "theme-light", group: "Actions", title: "Theme: light", run: () => setPreferences({ theme: "light" }) },
  { id: "theme-system", group: "Actions", title: "Theme: as the system", run: () => setPreferences({ theme: "system" }) },
  { id: "motion-full", group: "Actions", title: "Motion: full", run: () => setPreferences({ motion: "full" }) },
  { id: "motion-subtle", group: "Actions", title: "Motion: subtle", run: () => setPreferences({ motion: "subtle" }) },
  { id: "motion-off", group: "Actions", title: "Motion: off", run: () => setPreferences({ motion: "off" }) },
];

const MOST_OF_A_KIND = 6;

const fits = ({ title, detail = "", group }: Entry, text: string): boolean => hasWords(`${title} ${detail} ${group}`, text);

/** What fits a text, the pages first. Runs are searched by the service: there may be thousands. */
export function useEntries(text: string, onHelp: () => void): Entry[] {
  const pipelines = useQuery(pipelinesQuery).data?.items ?? [];
  const runs = useInfiniteQuery({ ...runsQuery({ text }, MOST_OF_A_KIND), placeholderData: keepPreviousData }).data?.pages[0]?.items ?? [];
  const configs = useQuery(allConfigsQuery).data?.configs ?? [];

  const help: Entry = { id: "help", group: "Actions", title: "Show the keys", run: onHelp };
  const found: Entry[] = [
    ...PAGES,
    ...pipelines.map(({ name, summary }): Entry => ({ id: `pipeline ${name}`, group: "Pipelines", title: name, detail: summary, to: `/pipelines/${encodeURIComponent(name)}` })),
    ...configs.map(({ path, pipeline }): Entry => ({ id: `config ${path}`, group: "Configs", title: path, detail: pipeline, to: `/configs/${encodePath(path)}` })),
    ...ACTIONS,
    help,
  ].filter((entry) => fits(entry, text));
  const ofRuns = runs.map(({ id, name, pipeline, state }): Entry => ({ id: `run ${id}`, group: "Runs", title: name, detail: `${pipeline} · ${state}`, to: `/runs/${id}` }));

  const order: Entry["group"][] = text ? ["Pages", "Runs", "Configs", "Pipelines", "Actions"] : ["Runs", "Pages", "Configs", "Pipelines", "Actions"];
  return order.flatMap((group) => [...ofRuns, ...found].filter((entry) => entry.group === group).slice(0, text ? 20 : MOST_OF_A_KIND));
}
