/** Whether a text has all the words of a search, in any order, in small or capital letters. */
export function hasWords(text: string, search: string): boolean {
  const place = text.toLowerCase();
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => place.includes(word));
}
