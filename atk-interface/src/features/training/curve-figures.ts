import { bytes, compact } from "@/lib/format";

/** 0.0003 -> "3.0e-4"; 1.2345 -> "1.23": as figures of training are written. */
export function small(value: number): string {
  if (value === 0) return "0";
  return Math.abs(value) < 0.001 ? value.toExponential(1) : value.toPrecision(3);
}

export const tokensPerSecond = (value: number): string => `${compact(Math.round(value))}/s`;

export const memory = (value: number): string => bytes(value);
