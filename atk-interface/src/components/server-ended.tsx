import { Link } from "react-router";
import type { Run } from "@/api/schema";
import { stateWord } from "@/components/state-badge";

/** Why a model's server answers no more. */
export const ServerEnded = ({ run }: { run: Run }) => (
  <>
    Its server has stopped ({stateWord(run).toLowerCase()}). {run.message}{" "}
    <Link to={`/runs/${run.id}/log`} className="text-ember underline underline-offset-4">
      Look at its log
    </Link>
  </>
);
