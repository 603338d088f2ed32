import { CodeBlock } from "@/components/code-block";

/** What to type to run the config without this page. */
export const CommandLine = ({ path }: { path: string }) => (
  <div className="flex flex-col gap-1">
    <p className="text-sm text-soft">The same from a terminal, in the project's folder:</p>
    <CodeBlock label="command" text={`python run_augmentoolkit.py run ${quoted(`configs/${path}`)}`} />
  </div>
);

const quoted = (path: string): string => (/^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`);
