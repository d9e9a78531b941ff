const advice: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: 'a tab indents this line; YAML takes spaces only, so replace the tab by spaces',
  DUPLICATE_KEY: 'this key stands here a second time; remove one of the two, or merge their values',
  BAD_INDENT: 'the indentation does not fit the lines around it; align it with its neighbors, and close every bracket opened before',
  MISSING_CHAR: 'a bracket, comma, quote or indicator is missing here; close what was opened before this place',
  MULTIPLE_DOCS: 'a second document begins here; keep one policy per file and remove the line with ---',
  BAD_DIRECTIVE: 'this % line cannot be read; remove it',
  BLOCK_AS_IMPLICIT_KEY: 'a second ": " stands on this line; put the value in quotes, or begin a new line',
  BLOCK_IN_FLOW: 'a block stands inside brackets; write {key: value} or [item] there',
  MULTILINE_IMPLICIT_KEY: 'a key goes over several lines; a ":" or a quote is probably missing above',
  BAD_ALIAS: 'this alias cannot be read; *NAME needs an anchor &NAME above it, and text that begins with * needs quotes',
  BAD_SCALAR_START: 'text cannot begin with this character; put it in quotes',
  BAD_DQ_ESCAPE: 'this backslash sequence is unknown inside double quotes; write \\\\ for a backslash, or use single quotes',
  UNEXPECTED_TOKEN: 'something unexpected stands here; a comma, a space after ":" or a quote is probably missing',
  TAG_RESOLVE_FAILED: 'this ! tag means nothing here; remove it',
};

/** What to do about an error of the YAML parser, by its code; never quotes the text, since that may hold a secret. */
export function yamlAdvice(code: string): string {
  return advice[code] ?? 'this is not plain YAML; check quotes, brackets and indentation here';
}
