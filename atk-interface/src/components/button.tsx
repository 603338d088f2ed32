import clsx from "clsx";
import type { ComponentProps, ReactNode } from "react";
import { Link, type LinkProps } from "react-router";
import { Spinner } from "@/components/spinner";

/** `primary`: the one thing to do here. `go`: ready to run. `quiet`: everything else. `danger`: takes something away. */
export type Variant = "primary" | "go" | "quiet" | "plain" | "danger";
type Size = "small" | "normal" | "large";

const VARIANTS: Record<Variant, string> = {
  primary: "bg-ember text-on-ember hover:brightness-110",
  go: "bg-good text-on-state hover:brightness-110",
  quiet: "bg-raised text-text border border-line hover:border-edge",
  plain: "text-text hover:bg-raised",
  danger: "border border-bad text-bad hover:bg-bad hover:text-on-state",
};
const SIZES: Record<Size, string> = {
  small: "h-8 px-2.5 text-sm gap-1.5 rounded-md",
  normal: "h-10 px-4 gap-2 rounded-lg",
  large: "h-13 px-7 text-lg gap-2.5 rounded-xl",
};

export interface Look {
  variant?: Variant;
  size?: Size;
  icon?: ReactNode;
}

/** The classes of a button; for what has to be a plain link. */
export const looks = ({ variant = "quiet", size = "normal" }: Look, className?: string) =>
  clsx(
    "inline-flex shrink-0 items-center justify-center font-medium whitespace-nowrap transition select-none",
    "disabled:cursor-not-allowed disabled:opacity-50 aria-disabled:cursor-not-allowed aria-disabled:opacity-50",
    VARIANTS[variant],
    SIZES[size],
    className,
  );

type ButtonProps = ComponentProps<"button"> & Look & { busy?: boolean };

/** A button. While `busy` it says so, cannot be pressed again, and keeps its width and the focus. */
export function Button({ variant, size, icon, busy = false, className, children, disabled, onClick, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      className={looks({ ...(variant && { variant }), ...(size && { size }) }, className)}
      disabled={disabled}
      aria-disabled={busy || undefined}
      aria-busy={busy || undefined}
      onClick={busy ? (event) => event.preventDefault() : onClick}
    >
      {busy ? <Spinner /> : icon}
      {children}
    </button>
  );
}

/** A link that looks like a button: it goes somewhere, so it can be opened in a new tab. */
export function ButtonLink({ variant, size, icon, className, children, ...rest }: LinkProps & Look & { children?: ReactNode }) {
  return (
    <Link {...rest} className={looks({ ...(variant && { variant }), ...(size && { size }) }, className)}>
      {icon}
      {children}
    </Link>
  );
}

/** A button with nothing but a picture; `label` is its name, read out and shown on hover. */
export function IconButton({ label, className, children, ...rest }: ComponentProps<"button"> & { label: string }) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      {...rest}
      className={clsx("inline-flex size-9 shrink-0 items-center justify-center rounded-lg text-soft transition hover:bg-raised hover:text-text disabled:opacity-50", className)}
    >
      {children}
    </button>
  );
}
