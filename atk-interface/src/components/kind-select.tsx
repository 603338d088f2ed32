import { Select } from "@/components/field";

interface KindSelectProps<Kind extends string> {
  kinds: readonly { kind: Kind; plural: string }[];
  /** Undefined: all of them. */
  value: Kind | undefined;
  /** Empty: all of them. */
  onChange: (kind: string) => void;
}

/** Narrows a list to one kind of thing. */
export const KindSelect = <Kind extends string>({ kinds, value, onChange }: KindSelectProps<Kind>) => (
  <Select aria-label="Kind" className="w-48!" value={value ?? ""} onChange={({ target }) => onChange(target.value)}>
    <option value="">All kinds</option>
    {kinds.map(({ kind, plural }) => (
      <option key={kind} value={kind}>
        {plural}
      </option>
    ))}
  </Select>
);

/** The kind that an address names, if it is one. */
export const kindIn = <Kind extends string>(kinds: readonly { kind: Kind }[], text: string | null): Kind | undefined => kinds.find(({ kind }) => kind === text)?.kind;
