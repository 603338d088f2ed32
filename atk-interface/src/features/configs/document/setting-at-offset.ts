import type { ConfigModel, Setting } from "@/lib/yaml-config";

/** The innermost setting that a place in the text belongs to: its key, its value, or the rest of its line. */
export function settingAtOffset(model: ConfigModel, offset: number, line: number): Setting | undefined {
  const holds = ({ merged, keyRange, valueRange, ...setting }: Setting) => !merged && ((keyRange.from <= offset && offset <= Math.max(keyRange.to, valueRange.to)) || setting.line === line);
  return model.settings.findLast(holds);
}
