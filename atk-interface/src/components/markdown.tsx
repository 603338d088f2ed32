import { marked, type Tokens } from "marked";
import { useMemo } from "react";

const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
const isSafe = (href: string): boolean => /^(https?:|mailto:|#)/i.test(href);

/** What a README may hold: no HTML of its own, no pictures from elsewhere, no links but to the web. */
const renderer = {
  html: ({ text }: Tokens.HTML | Tokens.Tag) => escapeHtml(text),
  image: ({ text }: Tokens.Image) => escapeHtml(text),
  link(this: { parser: { parseInline: (tokens: Tokens.Generic[]) => string } }, { href, tokens }: Tokens.Link) {
    const text = this.parser.parseInline(tokens);
    return isSafe(href) ? `<a href="${escapeHtml(href)}" target="_blank" rel="noreferrer">${text}</a>` : text;
  },
};
marked.use({ renderer, gfm: true });

/** Text in Markdown, such as the README of a pipeline. */
export function Markdown({ text }: { text: string }) {
  const html = useMemo(() => marked.parse(text, { async: false }), [text]);
  return <div className="prose-like" dangerouslySetInnerHTML={{ __html: html }} />;
}
