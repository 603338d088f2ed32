import clsx from "clsx";
import { useId, type ComponentProps, type ReactNode } from "react";

interface FieldProps {
  label: ReactNode;
  hint?: ReactNode;
  error?: ReactNode;
  className?: string;
  /** The control; gets the ids that tie it to label, hint and error. */
  children: (ties: { id: string; "aria-describedby": string | undefined; "aria-invalid": true | undefined }) => ReactNode;
}

/** A labelled control with its hint and what is wrong with it. */
export function Field({ label, hint, error, className, children }: FieldProps) {
  const id = useId();
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ");
  return (
    <div className={clsx("flex min-w-0 flex-col gap-1", className)}>
      <label htmlFor={id} className="text-sm font-medium">
        {label}
      </label>
      {children({ id, "aria-describedby": described || undefined, "aria-invalid": error ? true : undefined })}
      {hint && (
        <p id={`${id}-hint`} className="text-sm text-soft">
          {hint}
        </p>
      )}
      {error && (
        <p id={`${id}-error`} role="alert" className="text-sm font-medium text-bad">
          {error}
        </p>
      )}
    </div>
  );
}

const control =
  "w-full min-w-0 rounded-lg border border-edge bg-panel px-3 text-text placeholder:text-soft aria-invalid:border-bad disabled:opacity-60";

export const TextInput = ({ className, ...rest }: ComponentProps<"input">) => (
  <input type="text" {...rest} className={clsx(control, "h-10", className)} />
);

export const TextArea = ({ className, ...rest }: ComponentProps<"textarea">) => (
  <textarea rows={3} {...rest} className={clsx(control, "py-2 leading-normal", className)} />
);

/** The browser's own: it works with every keyboard, finger and screen reader there is. */
export const Select = ({ className, ...rest }: ComponentProps<"select">) => (
  <select {...rest} className={clsx(control, "h-10 pr-8", className)} />
);

/** A box to tick, with its label. */
export const Checkbox = ({ children, className, ...rest }: ComponentProps<"input">) => (
  <label className={clsx("inline-flex cursor-pointer items-center gap-2", className)}>
    <input type="checkbox" {...rest} className="size-4 accent-ember" />
    {children}
  </label>
);
