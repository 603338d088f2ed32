/** How figures are written, everywhere alike. The interface speaks English, so figures do too. */

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat("en", { notation: "compact", maximumSignificantDigits: 3 });
const oneDigit = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });
const clock = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short" });

/** 12345 -> "12,345". */
export const count = (value: number): string => whole.format(value);

/** 1234567 -> "1.23M": for tokens and other figures whose last digits nobody reads. */
export const compact = (value: number): string => (value < 10_000 ? whole.format(value) : short.format(value));

/** 1, "row" -> "1 row"; 2 -> "2 rows". Give `many` where an s is not enough. */
export const counted = (value: number, one: string, many = `${one}s`): string => `${count(value)} ${value === 1 ? one : many}`;

/** Dollars, with enough digits to tell a cheap call from a free one. */
export function dollars(value: number): string {
  if (value === 0) return "$0";
  if (value < 0.01) return `$${value.toPrecision(2)}`;
  return `$${value.toFixed(2)}`;
}

/** Seconds as people say them: "0.4 s", "12 s", "3 min 05 s", "2 h 10 min", "3 d 4 h". */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds < 0) return "–";
  if (seconds < 10) return `${oneDigit.format(seconds)} s`;
  const total = Math.round(seconds);
  const [days, hours, minutes] = [Math.floor(total / 86_400), Math.floor(total / 3600) % 24, Math.floor(total / 60) % 60];
  if (days) return `${days} d ${hours} h`;
  if (hours) return `${hours} h ${pad(minutes)} min`;
  if (minutes) return `${minutes} min ${pad(total % 60)} s`;
  return `${total} s`;
}

/** 1536 -> "1.5 KB" (powers of 1024, as file managers count). */
export function bytes(size: number): string {
  const units = ["B", "KB", "MB", "GB", "TB"];
  const power = size < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(size) / 10));
  return `${oneDigit.format(size / 1024 ** power)} ${units[power] ?? "B"}`;
}

/** 0.1234 -> "12%". Less than the whole is never written as 100%, and more than nothing never as 0%. */
export function percent(share: number): string {
  if (share <= 0) return "0%";
  if (share >= 1) return "100%";
  return `${Math.min(99, Math.max(1, Math.round(share * 100)))}%`;
}

/** 3.21 records a second -> "3.2/s"; slow ones per minute, since "0/s" says nothing. */
export function rate(perSecond: number): string {
  if (perSecond <= 0) return "–";
  return perSecond >= 0.5 ? `${oneDigit.format(perSecond)}/s` : `${oneDigit.format(perSecond * 60)}/min`;
}

/** Seconds since 1970 -> "21 Nov 2026, 09:43". */
export const moment = (seconds: number): string => (seconds ? clock.format(seconds * 1000) : "–");

/** 0.0003 -> "3.0e-4"; 1.2345 -> "1.23": as figures of training are written. */
export function small(value: number): string {
  if (value === 0) return "0";
  return Math.abs(value) < 0.001 ? value.toExponential(1) : value.toPrecision(3);
}

/** How long ago, in the largest unit that fits: "just now", "5 min ago", "3 d ago". */
export function ago(seconds: number, now: number): string {
  const passed = now - seconds;
  if (passed < 10) return "just now";
  if (passed < 60) return `${Math.floor(passed)} s ago`;
  if (passed < 3600) return `${Math.floor(passed / 60)} min ago`;
  if (passed < 86_400) return `${Math.floor(passed / 3600)} h ago`;
  if (passed < 30 * 86_400) return `${Math.floor(passed / 86_400)} d ago`;
  return moment(seconds);
}

const pad = (value: number): string => String(value).padStart(2, "0");
