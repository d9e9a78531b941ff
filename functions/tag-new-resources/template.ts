/** What a template can name. `date` is the local day of the run, `time` when the group was made, the others come from the event and the group. */
export const templateWords = ['date', 'time', 'creator', 'region', 'source'] as const;

/** A word of a template, without its braces. */
export type TemplateWord = (typeof templateWords)[number];

/** What stands for each word; absent: not known. */
export type TemplateValues = Readonly<Partial<Record<TemplateWord, string>>>;

/** What braces a text has, with and without a word that is known. */
const braces = /\{([^{}]*)\}/g;

/** Names between braces that no template knows, and lone braces; empty where the text is right. */
export function unknownWords(template: string): readonly string[] {
  const known = new Set<string>(templateWords);
  const words = [...template.matchAll(braces)].map(([, word = '']) => word);
  const lone = template.replace(braces, '').match(/[{}]/g) ?? [];
  return [...words.filter((word) => !known.has(word)), ...lone];
}

/** A text with its words replaced, or the words that are not known. */
export function fillTemplate(
  template: string,
  values: TemplateValues,
): { readonly text: string } | { readonly unknown: readonly TemplateWord[] } {
  const unknown = new Set<TemplateWord>();
  const text = template.replace(braces, (_, word: TemplateWord) => {
    const value = values[word];
    if (value === undefined) unknown.add(word);
    return value ?? '';
  });
  return unknown.size === 0 ? { text } : { unknown: [...unknown] };
}
