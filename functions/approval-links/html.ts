import { printable } from '../../shared/client/printable.ts';

/** Text as HTML shows it, in elements and in quoted attributes, on one line. */
export function escapeHtml(text: string): string {
  return printable(text).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** The one style sheet of all pages. */
export const style = `:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}
body{max-width:34rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.4rem}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.25rem 1rem}
dt{opacity:.7}
dd{margin:0;overflow-wrap:anywhere}
label{display:block;margin:1rem 0}
input{display:block;box-sizing:border-box;width:100%;font:inherit;padding:.4rem}
button{font:inherit;padding:.6rem 1rem;margin:0 .5rem .5rem 0}
.small{font-size:.875rem;opacity:.8}`;

/** A whole page. `content` is HTML already. */
export function page(title: string, content: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>${escapeHtml(title)}</h1>
${content}
</main>
</body>
</html>
`;
}

/** Names and values, one below the other. */
export function facts(entries: readonly (readonly [name: string, value: string])[]): string {
  return `<dl>\n${entries.map(([name, value]) => `<dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd>`).join('\n')}\n</dl>`;
}
