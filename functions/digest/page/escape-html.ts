const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Text as it may stand in an element or in a quoted attribute, on one line. Characters that turn the direction of text are left out. */
export function escapeHtml(text: string): string {
  return text
    .replace(/\p{Cc}+/gu, ' ')
    .replace(/\p{Bidi_C}/gu, '')
    .replace(/[&<>"']/g, (found) => entities[found] ?? found);
}
