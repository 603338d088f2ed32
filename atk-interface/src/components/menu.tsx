import { DropdownMenu } from "radix-ui";
import type { ReactNode } from "react";

export interface MenuItem {
  label: string;
  icon?: ReactNode;
  onSelect: () => void;
  disabled?: boolean;
  /** Takes something away. */
  danger?: boolean;
}

/** Further things to do. `children` is the button that opens it. */
export function Menu({ items, children }: { items: MenuItem[]; children: ReactNode }) {
  return (
    <DropdownMenu.Root>
      <DropdownMenu.Trigger asChild>{children}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content align="end" sideOffset={4} className="z-50 min-w-48 animate-rise rounded-xl border border-line bg-panel p-1 text-text shadow-card">
          {items.map(({ label, icon, onSelect, disabled = false, danger = false }) => (
            <DropdownMenu.Item
              key={label}
              onSelect={onSelect}
              disabled={disabled}
              className={`flex h-9 cursor-pointer items-center gap-2.5 rounded-lg px-3 outline-none data-disabled:cursor-not-allowed data-disabled:opacity-50 data-highlighted:bg-raised ${danger ? "text-bad" : ""}`}
            >
              {icon}
              {label}
            </DropdownMenu.Item>
          ))}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
