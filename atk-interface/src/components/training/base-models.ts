/** Models of several sizes that are good to start from; any other name, and any folder, can be typed. */
export const BASE_MODELS: readonly { name: string; note: string }[] = [
  { name: "Qwen/Qwen3-0.6B-Base", note: "small: 8 GB of memory" },
  { name: "Qwen/Qwen3-1.7B-Base", note: "16 GB" },
  { name: "Qwen/Qwen3-4B-Base", note: "24 GB" },
  { name: "Qwen/Qwen3-8B-Base", note: "48 GB" },
  { name: "new", note: "a tiny model from nothing, to see how training works" },
];

export const PRESETS = [
  { value: "auto", label: "Automatic: the GPU that is there, or the CPU" },
  { value: "cpu", label: "CPU" },
  { value: "8gb", label: "GPU of 8 GB" },
  { value: "16gb", label: "GPU of 16 GB" },
  { value: "24gb", label: "GPU of 24 GB" },
  { value: "48gb", label: "GPU of 48 GB" },
  { value: "80gb", label: "GPU of 80 GB" },
  { value: "141gb", label: "GPU of 141 GB" },
] as const;
export type Preset = (typeof PRESETS)[number]["value"];
