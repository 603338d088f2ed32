import { compact } from "@/lib/format";

export const tokensPerSecond = (value: number): string => `${compact(Math.round(value))}/s`;
