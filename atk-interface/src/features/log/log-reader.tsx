import { Download, ScrollText, WrapText } from "lucide-react";
import { useCallback, useRef } from "react";
import { runFileUrl } from "@/api/files";
import { IconButton } from "@/components/button";
import { CopyButton } from "@/components/copy-button";
import { Select } from "@/components/field";
import { Empty } from "@/components/empty";
import { LineJump } from "@/features/log/line-jump";
import { LogSearchBar } from "@/features/log/log-search";
import { LogView } from "@/features/log/log-view";
import { windowOf } from "@/features/log/strip";
import { useLinePages } from "@/features/log/use-line-pages";
import { useLogAddress } from "@/features/log/use-log-address";
import { useLogSearch } from "@/features/log/use-log-search";
import { useStrip } from "@/features/log/use-strip";
import { useShortcuts } from "@/lib/shortcuts";

/** As `leading-5` draws it. */
const LINE_HEIGHT = 20;

interface LogReaderProps {
  run: string;
  folder: string;
  goesOn: boolean;
  total: number;
}

/** One of the two files, with everything to find one's way in it. */
export function LogReader({ run, folder, goesOn, total }: LogReaderProps) {
  const [address, change] = useLogAddress();
  const { file, line, text, ignoreCase, wrap } = address;
  const { pages, version } = useLinePages(run, file, total);
  const searching = useLogSearch({ run, file, text, ignoreCase });
  const input = useRef<HTMLInputElement>(null);

  const current = useRef<number | undefined>(line);
  const onRest = (top: number | undefined) => {
    current.current = undefined; // the next match is the next one from here
    if (top !== line) change({ line: top });
  };
  const scrolling = useStrip({ total, lineHeight: LINE_HEIGHT, begin: line, wrap, onRest });
  const { strip, place, goTo, goToEnd } = scrolling;
  const seen = windowOf(strip, place, 0);
  const onSearch = useCallback((wish: { text?: string; ignoreCase?: boolean }) => change(wish), [change]);

  const go = (to: number) => {
    current.current = to;
    goTo(to);
    change({ line: to });
  };
  const step = (direction: 1 | -1) => {
    const next = searching.step(current.current ?? (direction === 1 ? seen.first - 1 : seen.last + 1), direction);
    if (next !== undefined) go(next);
  };
  useShortcuts("Log", [
    { keys: "/", label: "Search the log", run: () => input.current?.focus() },
    { keys: "n", label: "Next match", run: () => step(1) },
    { keys: "N", label: "Previous match", run: () => step(-1) },
    { keys: "g g", label: "To the first line", run: () => go(0) },
    { keys: "G", label: "To the end, and stay there", run: goToEnd },
  ]);

  const download = runFileUrl(folder, `${file}.txt`);
  const inSight = () => Array.from({ length: seen.last - seen.first + 1 }, (_, index) => pages.line(seen.first + index) ?? "").join("\n");
  return (
    <section data-quiet aria-label="Log" className="flex h-[max(24rem,calc(100dvh-15rem))] min-w-0 flex-col overflow-hidden rounded-2xl border border-line bg-panel shadow-card">
      <header className="flex flex-wrap items-center gap-x-3 gap-y-2 border-b border-line px-3 py-2">
        <Select aria-label="File" value={file} onChange={(event) => change({ file: event.target.value === "console" ? "console" : "log", line: undefined })} className="h-8! w-auto! text-sm">
          <option value="log">Log of the run</option>
          <option value="console">Console of its process</option>
        </Select>
        <LogSearchBar inputRef={input} text={text} ignoreCase={ignoreCase} onSearch={onSearch} searching={searching} current={line} onStep={step} />
        <div className="flex flex-wrap items-center gap-1">
          <LineJump total={total} onGo={go} />
          <IconButton label="Wrap long lines" aria-pressed={wrap} onClick={() => change({ wrap: !wrap })} className={wrap ? "bg-raised text-text!" : ""}>
            <WrapText aria-hidden className="size-4" />
          </IconButton>
          <CopyButton text={inSight()} label="Copy the lines in sight" />
          {download !== null && total > 0 && (
            <a href={download} download={`${file}.txt`} aria-label="Download the whole file" title="Download the whole file" className="inline-flex size-9 items-center justify-center rounded-lg text-soft hover:bg-raised hover:text-text">
              <Download aria-hidden className="size-4" />
            </a>
          )}
        </div>
      </header>
      {total === 0 ? (
        <div className="m-4">
          <Empty icon={<ScrollText aria-hidden className="size-7" />} title="Nothing is written here yet">
            {file === "log" ? "The run notes here what it skips and what goes wrong. " : "What the run's process prints comes here. "}
            {goesOn ? "Lines appear as they are written." : "Have a look at the other file: there are two."}
          </Empty>
        </div>
      ) : (
        <LogView pages={pages} version={version} scrolling={scrolling} search={text} ignoreCase={ignoreCase} wrap={wrap} current={text ? line : undefined} />
      )}
    </section>
  );
}
