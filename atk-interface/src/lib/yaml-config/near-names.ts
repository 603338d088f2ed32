const NEAR = 0.6;

/** How alike two texts are, from 0 to 1 (Ratcliff and Obershelp, 1988): the measure by which the pipelines' reader takes a key for misspelt. */
function likeness(one: string, other: string): number {
  const total = one.length + other.length;
  return total === 0 ? 1 : (2 * matching(one, other)) / total;
}

/** Whether they share enough letters at all, whatever their order: cheap, and rules most names out. */
function mayBeAlike(one: string, other: string): boolean {
  const left = new Map<string, number>();
  for (const letter of other) left.set(letter, (left.get(letter) ?? 0) + 1);
  let shared = 0;
  for (const letter of one) {
    const count = left.get(letter) ?? 0;
    if (count > 0) shared++;
    left.set(letter, count - 1);
  }
  return 2 * shared >= NEAR * (one.length + other.length);
}

function matching(one: string, other: string): number {
  let best = 0;
  let inOne = 0;
  let inOther = 0;
  let before = new Map<number, number>();
  for (let i = 0; i < one.length; i++) {
    const lengths = new Map<number, number>();
    for (let j = 0; j < other.length; j++) {
      if (one[i] !== other[j]) continue;
      const length = (before.get(j - 1) ?? 0) + 1;
      lengths.set(j, length);
      if (length > best) [best, inOne, inOther] = [length, i - length + 1, j - length + 1];
    }
    before = lengths;
  }
  if (best === 0) return 0;
  return best + matching(one.slice(0, inOne), other.slice(0, inOther)) + matching(one.slice(inOne + best), other.slice(inOther + best));
}

const folded = (name: string): string => name.trim().toLowerCase().replace(/[-_ ]+/g, "_");

/** Whether a name looks like one of the known ones, misspelt. */
export function isNear(name: string, known: Iterable<string>): boolean {
  if (name.length > 200) return false;
  const text = folded(name);
  for (const candidate of known) {
    const other = folded(candidate);
    if (mayBeAlike(other, text) && likeness(other, text) >= NEAR) return true;
  }
  return false;
}
