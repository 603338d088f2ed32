import { yaml } from "@codemirror/lang-yaml";
import { unifiedMergeView } from "@codemirror/merge";
import { EditorState } from "@codemirror/state";
import { EditorView, lineNumbers } from "@codemirror/view";
import { useEffect, useRef } from "react";
import type { DifferenceProps } from "@/components/editor/difference";
import { look } from "@/components/editor/look";

/** One text with the lines of the other among them; what both share is folded away. */
export default function DifferenceView({ before, after, beforeName, afterName }: DifferenceProps) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!place.current) return;
    const view = new EditorView({
      parent: place.current,
      doc: after,
      extensions: [
        lineNumbers(),
        yaml(),
        look,
        EditorView.lineWrapping,
        EditorState.readOnly.of(true),
        EditorView.editable.of(false),
        EditorView.contentAttributes.of({ "aria-label": `What differs between ${beforeName} and ${afterName}`, tabindex: "0" }),
        unifiedMergeView({ original: before, mergeControls: false, collapseUnchanged: { margin: 2, minSize: 4 } }),
      ],
    });
    return () => view.destroy();
  }, [before, after, beforeName, afterName]);

  if (before === after) return <p className="text-soft">They are the same, letter by letter.</p>;
  return (
    <div className="flex flex-col gap-2">
      <p className="flex flex-wrap gap-x-4 text-sm text-soft">
        <span>
          <span aria-hidden className="mr-1.5 inline-block size-3 rounded-sm border border-bad bg-bad/20 align-[-1px]" />
          only in {beforeName}
        </span>
        <span>
          <span aria-hidden className="mr-1.5 inline-block size-3 rounded-sm border border-good bg-good/20 align-[-1px]" />
          only in {afterName}
        </span>
      </p>
      <div ref={place} className="max-h-[60dvh] overflow-auto rounded-lg border border-line" />
    </div>
  );
}
