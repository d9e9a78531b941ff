const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/**
 * The texts of all elements of a name, in their order, entities resolved. Enough for the flat answers of OSS; elements without a text
 * of their own give an empty one, nested ones their inner markup.
 */
export function elementsOf(xml: string, name: string): string[] {
  const texts: string[] = [];
  const close = `</${name}>`;
  for (let at = xml.indexOf(`<${name}`); at >= 0; at = xml.indexOf(`<${name}`, at + 1)) {
    // `<Key>`, `<Key/>` and `<Key a="b">`, and not `<KeyCount>`.
    if (!/[\s/>]/.test(xml.charAt(at + 1 + name.length))) continue;
    const begun = xml.indexOf('>', at);
    if (begun < 0) break;
    const empty = xml[begun - 1] === '/';
    const end = empty ? begun : xml.indexOf(close, begun);
    // Where this one has no end, no later one has: the search is over, so that its time does not grow with the square of the text.
    if (end < 0) break;
    texts.push(empty ? '' : resolved(xml.slice(begun + 1, end)));
    at = end;
  }
  return texts;
}

/** The text of the first element of a name; undefined where there is none. */
export function elementOf(xml: string, name: string): string | undefined {
  return elementsOf(xml, name)[0];
}

function resolved(text: string): string {
  return text.replace(/&(?:#x([\da-f]+)|#(\d+)|(\w+));/gi, (whole, hex?: string, decimal?: string, named?: string) => {
    if (named !== undefined) return entities[named] ?? whole;
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    return code <= 0x10_ff_ff ? String.fromCodePoint(code) : whole;
  });
}
