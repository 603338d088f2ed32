import { ChevronLeft, ChevronRight } from "lucide-react";
import { IconButton } from "@/components/button";

interface VersionStepsProps {
  /** Of what: "answer", "question". */
  noun: string;
  /** The one that is shown, counted from 0. */
  place: number;
  total: number;
  onPlace: (place: number) => void;
}

/** Back and forth between versions: "2 of 3". Nothing where there is one only. */
export const VersionSteps = ({ noun, place, total, onPlace }: VersionStepsProps) =>
  total > 1 && (
    <span className="inline-flex items-center text-sm text-soft tabular-nums">
      <IconButton label={`Earlier ${noun}`} disabled={place === 0} onClick={() => onPlace(place - 1)} className="size-8">
        <ChevronLeft aria-hidden className="size-4" />
      </IconButton>
      <span aria-live="polite">
        {place + 1} of {total}
      </span>
      <IconButton label={`Later ${noun}`} disabled={place === total - 1} onClick={() => onPlace(place + 1)} className="size-8">
        <ChevronRight aria-hidden className="size-4" />
      </IconButton>
    </span>
  );
