import { useInfiniteQuery } from "@tanstack/react-query";
import { Play } from "lucide-react";
import { runsQuery } from "@/api/runs";
import { ButtonLink } from "@/components/button";
import { isWithin } from "@/lib/paths";

/** The way to the run whose folder one is in, if it is one's. */
export function RunOfFolder({ folder }: { folder: string }) {
  const { data } = useInfiniteQuery({ ...runsQuery({ text: folder }, 20), enabled: folder !== "" });
  const runs = folder === "" ? [] : (data?.pages.flatMap(({ items }) => items) ?? []);
  const run = runs.find((each) => isWithin(`outputs/${folder}`, each.folder));
  if (!run) return null;
  return (
    <ButtonLink to={`/runs/${run.id}`} icon={<Play aria-hidden className="size-4" />}>
      Go to the run {run.name}
    </ButtonLink>
  );
}
