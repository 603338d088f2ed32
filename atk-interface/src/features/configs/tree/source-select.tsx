import type { ComponentProps } from "react";
import type { PipelineSummary, TreeEntry } from "@/api/schema";
import { Select } from "@/components/field";

interface Source {
  /** What the service is asked for, besides the name. */
  wish: { pipeline: string } | { template: string };
  /** The pipeline of the config that is made; empty where it is not known. */
  ofPipeline: string;
  summary: string | undefined;
}

/** What a value of the select stands for: "pipeline:NAME" or "copy:PATH". */
export function sourceOf(value: string, pipelines: readonly PipelineSummary[], configs: readonly TreeEntry[]): Source {
  const name = value.slice(value.indexOf(":") + 1);
  if (value.startsWith("pipeline:")) {
    return { wish: { pipeline: name }, ofPipeline: name, summary: pipelines.find((each) => each.name === name)?.summary };
  }
  const ofPipeline = configs.find(({ path }) => path === name)?.pipeline ?? "";
  return { wish: { template: name }, ofPipeline, summary: value && "A copy, comments and all." };
}

interface SourceSelectProps extends ComponentProps<"select"> {
  value: string;
  pipelines: readonly PipelineSummary[];
  configs: readonly TreeEntry[];
}

/** What a new config begins with. */
export const SourceSelect = ({ value, pipelines, configs, ...rest }: SourceSelectProps) => (
  <Select {...rest} required value={value}>
    {value === "" && <option value="">Choose one</option>}
    <optgroup label="All settings of a pipeline">
      {pipelines.map((each) => (
        <option key={each.name} value={`pipeline:${each.name}`} disabled={Boolean(each.error)}>
          {each.name}
          {each.error ? " (broken)" : ""}
        </option>
      ))}
    </optgroup>
    {configs.length > 0 && (
      <optgroup label="A copy of">
        {configs.map(({ path }) => (
          <option key={path} value={`copy:${path}`}>
            {path}
          </option>
        ))}
      </optgroup>
    )}
  </Select>
);
