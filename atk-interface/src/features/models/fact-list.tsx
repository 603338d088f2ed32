/** What an evaluation tells in words, a line for each. */
export const FactList = ({ facts, className }: { facts: readonly [string, string][]; className: string }) => (
  <dl className={className}>
    {facts.map(([term, text]) => (
      <div key={term} className="flex flex-wrap gap-x-2">
        <dt className="font-medium">{term}:</dt>
        <dd className="min-w-0 break-words text-soft">{text}</dd>
      </div>
    ))}
  </dl>
);
