import { CopyButton } from "@/components/copy-button";

/** Something to be read or copied letter by letter. */
export const CodeBlock = ({ text, label }: { text: string; label: string }) => (
  <div className="flex items-start gap-1 rounded-lg border border-line bg-raised">
    {/* Keyboards must be able to scroll it. */}
    {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
    <pre tabIndex={0} aria-label={label} className="max-h-96 min-w-0 flex-1 overflow-auto px-3 py-2 font-mono text-sm">
      {text}
    </pre>
    <CopyButton text={text} label={`Copy ${label}`} />
  </div>
);
