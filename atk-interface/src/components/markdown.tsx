import { marked, type Tokens } from "marked";
import { useMemo } from "react";

const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
/** A wide one scrolls sideways, for keyboards too. */
const SCROLLED_TABLE = '<table tabindex="0">';
/** The page has its own heading, and the panel around the text another. */
const ABOVE = 2;
const isSafe = (href: string): boolean => /^(https?:|mailto:|#)/i.test(href);

interface Inline {
  parser: { parseInline: (tokens: Tokens.Generic[]) => string };
}

/** What a README may hold: no HTML of its own, no pictures from elsewhere, no links but to the web. */
const renderer = {
  html: ({ text }: Tokens.HTML | Tokens.Tag) => escapeHtml(text),
  image: ({ text }: Tokens.Image) => escapeHtml(text),
  // Keyboards must be able to scroll it.
  code: ({ text }: Tokens.Code) => `<pre tabindex="0"><code>${escapeHtml(text)}</code></pre>`,
  heading(this: Inline, { depth, tokens }: Tokens.Heading) {
    const level = Math.min(6, depth + ABOVE);
    return `<h${level}>${this.parser.parseInline(tokens)}</h${level}>`;
  },
  link(this: Inline, { href, tokens }: Tokens.Link) {
    const text = this.parser.parseInline(tokens);
    return isSafe(href) ? `<a href="${escapeHtml(href)}" target="_blank" rel="noreferrer">${text}</a>` : text;
  },
};
marked.use({ renderer, gfm: true });

/** Text in Markdown, such as the README of a pipeline. */
export function Markdown({ text }: { text: string }) {
  const html = useMemo(() => marked.parse(text, { async: false }).replaceAll("<table>", SCROLLED_TABLE), [text]);
  return <div className="prose-like" dangerouslySetInnerHTML={{ __html: html }} />;
}
