import { useState } from "react";

/** Says that an answer is on its way, and that it has ended: not each word of it. */
export function Progress({ goesOn }: { goesOn: boolean }) {
  const [hasBegun, setBegun] = useState(goesOn);
  if (goesOn && !hasBegun) setBegun(true);
  return (
    <p role="status" className="sr-only">
      {goesOn ? "The answer is being written." : hasBegun ? "The answer has ended." : ""}
    </p>
  );
}
