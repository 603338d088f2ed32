import type { KeptMessage, Message } from "@/api/schema";
import type { Turn } from "@/features/chat/asking/turns";

/** The same text of the same moment: moved along when another answer was replaced, and no version of its own. */
const isSame = (one: Message, other: Message): boolean => one.created === other.created && one.content === other.content;

function distinct(found: Message[]): Message[] {
  return found.filter((message, place) => !found.slice(0, place).some((before) => isSame(before, message)));
}

/** Earlier answers of a lane to the same question, the oldest first; without the one that stands now. */
export function earlierAnswers(turn: Turn, lane: number): Message[] {
  const standing = turn.answers.map(({ message }) => message).filter((message) => message.lane === lane);
  const now = standing.at(-1);
  const replaced = turn.answers.flatMap(({ message }) =>
    (message.versions ?? []).flatMap(({ messages }) => {
      const end = messages.findIndex(({ role }) => role === "user");
      const answers = end < 0 ? messages : messages.slice(0, end); // behind it, a later question was asked
      return answers.filter((one) => one.role === "assistant" && one.lane === lane && one.content !== "");
    }),
  );
  return distinct([...replaced, ...standing]).filter((one) => !now || !isSame(one, now));
}

/** How a conversation went on from here before a question was edited. */
export interface EarlierBranch {
  question: Message;
  behind: Message[];
}

/** What stood in the place of a question, the oldest first. */
export const earlierQuestions = ({ versions = [] }: KeptMessage): EarlierBranch[] =>
  versions.flatMap(({ messages: [question, ...behind] }) => (question?.role === "user" ? [{ question, behind }] : []));
