import type { TokenCount } from "@/api/schema";
import { counted } from "@/lib/format";

/** How much reading it is for a model. */
export const TokenNote = ({ tokens }: { tokens: TokenCount | null | undefined }) =>
  tokens ? (
    <span className="tabular-nums" title={tokens.sampled ? "Reckoned from samples, because the file is large" : "By the built-in estimate"}>
      about {counted(tokens.count, "token")}
    </span>
  ) : null;
