import type { ReactNode } from "react";
import { ProblemError } from "@/api/problems";
import { ButtonLink } from "@/components/button";
import { Empty } from "@/components/empty";
import { Page } from "@/components/page";

/** Whether an address leads to nothing: there is no such thing, or what the address names cannot be one. */
export const isGone = (error: unknown): boolean => error instanceof ProblemError && (error.status === 404 || error.status === 422);

interface GoneProps {
  /** "dataset" */
  noun: string;
  /** What may have become of it. */
  why: string;
  /** The list of all there are. */
  all: { to: string; label: string };
  children?: ReactNode;
}

/** The page of something that is not there. */
export const Gone = ({ noun, why, all, children }: GoneProps) => (
  <Page title={`There is no such ${noun}`}>
    <Empty
      title={why}
      action={
        <ButtonLink to={all.to} variant="primary">
          {all.label}
        </ButtonLink>
      }
    >
      {children}
    </Empty>
  </Page>
);
