import { motionShown } from "@/lib/preferences";

export interface FireworksOptions {
  readonly hue: number;
  /** Where rockets start, in pixels of the window; the middle of its lower edge, unless said. */
  readonly origin?: { readonly x: number; readonly y: number } | undefined;
}

let going: Promise<void> | undefined;

/** A show of about four seconds over everything; Escape or a click ends it. There is one at a time: asked again, it is the same one. */
export function fireworks(options: FireworksOptions): Promise<void> {
  going ??= start(options).finally(() => (going = undefined));
  return going;
}

async function start(options: FireworksOptions): Promise<void> {
  const motion = motionShown();
  if (motion === "off") return;
  // Few visits end in fireworks: what draws them is loaded for the first.
  const { bloom, fullShow } = await import("./display");
  await (motion === "full" ? fullShow(options) : bloom(options));
}
