import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { useCondition } from "@/api/health";
import { activeRunsQuery } from "@/api/runs";
import type { Run } from "@/api/schema";
import { counted } from "@/lib/format";

/** Who goes first, or what else it waits for. */
export function QueueNote({ run }: { run: Run }) {
  const condition = useCondition();
  const { data } = useQuery(activeRunsQuery);
  const others = data?.items.filter(({ id }) => id !== run.id) ?? [];
  const running = others.filter(({ state }) => state === "running");
  const ahead = others.filter(({ state, created }) => state === "queued" && created < run.created);

  if (condition.state === "limping") return <p>{condition.detail}</p>;
  if (running.length === 0 && ahead.length === 0) return <p>{run.message || "A worker takes it up in a moment."}</p>;
  return (
    <>
      {run.message && <p>{run.message}</p>}
      {running.length > 0 && (
        <p>
          {running.length === 1 ? "Another run goes first: " : "Other runs go first: "}
          {running.map(({ id, name }, index) => (
            <span key={id}>
              {index > 0 && ", "}
              <Link to={`/runs/${id}`}>{name}</Link>
            </span>
          ))}
          .
        </p>
      )}
      <p className="tabular-nums">{ahead.length === 0 ? "It is the next one in the queue." : `${counted(ahead.length, "run")} before it in the queue.`}</p>
    </>
  );
}
