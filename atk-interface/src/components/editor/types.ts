/** Something to say about a line. */
export interface LineNote {
  /** Counted from 1. */
  readonly line: number;
  readonly message: string;
  readonly severity: "error" | "warning";
}

/** A line to bring into sight. A new object brings it into sight again. */
export interface Reveal {
  readonly line: number;
  /** Also put the cursor there. */
  readonly focus: boolean;
}

export interface YamlEditorProps {
  /** What it is, for those who cannot see it. */
  label: string;
  text: string;
  onChange: (text: string) => void;
  notes: readonly LineNote[];
  /** The line that a field of the form stands for; 0 for none. */
  markedLine?: number;
  reveal?: Reveal | null;
  /** The cursor was moved by the person, to this offset. */
  onCursor?: (offset: number) => void;
}
