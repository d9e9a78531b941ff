import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  visit,
  type YAMLMap,
} from 'yaml';
import type { PolicyPath } from './problem.ts';

/** A place in a text; both count from 1. */
interface Position {
  readonly line: number;
  readonly column: number;
}

/** An error in the text as YAML, before it means anything. */
interface SyntaxFinding extends Position {
  readonly text: string;
}

/** A YAML text as plain data, with the way back from a path to its place. */
export interface YamlSource {
  /** Undefined where the text is too broken to be read as data. */
  readonly data: { readonly value: unknown } | undefined;
  readonly findings: readonly SyntaxFinding[];
  /** The place of a key or a value; of the nearest thing around it where the path leads nowhere. */
  locate(path: PolicyPath, at: 'key' | 'value'): Position;
  /** A number, boolean or null exactly as written (`on`, `0755`, `20:00`); undefined for text and everything else. */
  writtenAs(path: PolicyPath): string | undefined;
}

class Source implements YamlSource {
  readonly data: { readonly value: unknown } | undefined;
  readonly findings: SyntaxFinding[] = [];
  readonly #document: Document.Parsed;
  readonly #lines: LineCounter;
  readonly #found = new Set<string>();
  readonly #pairs = new WeakMap<YAMLMap, ReadonlyMap<string, Pair<unknown, unknown>>>();

  constructor(text: string) {
    this.#lines = new LineCounter();
    // Pretty errors quote the line, and that line may hold a secret. The parser compares each key with each other one: with thousands of keys that
    // takes as many seconds.
    this.#document = parseDocument(text, { lineCounter: this.#lines, prettyErrors: false, uniqueKeys: false });
    this.#checkDuplicates();
    for (const { code, pos } of [...this.#document.errors, ...this.#document.warnings]) this.#find(pos[0], yamlAdvice(code));
    if (this.#document.directives?.yaml.explicit && this.#document.directives.yaml.version === '1.1') {
      this.#find(
        Math.max(0, text.indexOf('%YAML')),
        'YAML 1.1 reads on, off, yes and no as booleans and 20:00 as a number; remove the %YAML line',
      );
    }
    this.data = this.#toData();
  }

  locate(path: PolicyPath, at: 'key' | 'value'): Position {
    const found = this.#walk(path);
    const last = found.at(-1);
    const complete = found.length === path.length + 1;
    const offset = last === undefined ? 0 : at === 'key' || !complete ? (last.key ?? last.value) : (last.value ?? last.key);
    return this.#position(offset ?? 0);
  }

  writtenAs(path: PolicyPath): string | undefined {
    const found = this.#walk(path);
    const node = found.length === path.length + 1 ? found.at(-1)?.node : undefined;
    return isScalar(node) && typeof node.value !== 'string' ? (node.source ?? undefined) : undefined;
  }

  #toData(): { readonly value: unknown } | undefined {
    const broken = this.#document.errors.some(({ code }) => code !== 'DUPLICATE_KEY');
    if (this.#checkReferences() || broken) return undefined;
    try {
      return { value: this.#document.toJS({ maxAliasCount: 100 }) };
    } catch {
      this.#find(0, 'the file repeats too much by its aliases; write the repeated parts out');
      return undefined;
    }
  }

  /** Reports keys that are there twice. */
  #checkDuplicates(): void {
    visit(this.#document, {
      Map: (_key, map) => {
        const keys = new Set<string>();
        for (const { key } of map.items) {
          if (isScalar(key) && keys.size === keys.add(keyText(key)).size)
            this.#find((key as Node).range?.[0] ?? 0, yamlAdvice('DUPLICATE_KEY'));
        }
      },
    });
  }

  /** Reports aliases that lead nowhere or into themselves, and keys that plain data cannot hold; gives whether there are any. */
  #checkReferences(): boolean {
    let wrong = false;
    visit(this.#document, {
      Pair: (_key, { key }) => {
        const wrongKey = wrongKeyText(key);
        if (wrongKey === undefined) return;
        wrong = true;
        this.#find((key as Node).range?.[0] ?? 0, wrongKey);
      },
      Alias: (_key, alias, ancestors) => {
        const target = alias.resolve(this.#document);
        if (target !== undefined && !ancestors.includes(target)) return;
        wrong = true;
        this.#find(
          alias.range?.[0] ?? 0,
          target === undefined
            ? 'text that begins with * is an alias in YAML, and nothing above has that anchor; put the text in quotes'
            : 'this alias contains itself; write the repeated part out',
        );
      },
    });
    return wrong;
  }

  /** The steps that the path could be followed, the root first: offsets of key and value, and the node. */
  #walk(path: PolicyPath): { readonly key: number | undefined; readonly value: number | undefined; readonly node: Node | null }[] {
    let node = this.#resolved(this.#document.contents);
    const steps = [{ key: undefined as number | undefined, value: node?.range?.[0], node }];
    for (const part of path) {
      const pair: Pair<unknown, unknown> | undefined = isMap(node) ? this.#pairsOf(node).get(String(part)) : undefined;
      const child: unknown = isPair(pair) ? pair.value : isSeq(node) && typeof part === 'number' ? node.items[part] : undefined;
      if (pair === undefined && child === undefined) break;
      const written = child as Node | null | undefined;
      node = this.#resolved(written ?? null);
      const empty = isScalar(node) && node.value === null && node.range?.[0] === node.range?.[1];
      steps.push({ key: (pair?.key as Node | undefined)?.range?.[0], value: empty ? undefined : (written?.range?.[0] ?? undefined), node });
    }
    return steps;
  }

  /** The pairs of a map by key, the first of each. Kept, since many places of one map are asked for. */
  #pairsOf(map: YAMLMap): ReadonlyMap<string, Pair<unknown, unknown>> {
    let pairs = this.#pairs.get(map);
    if (pairs === undefined) {
      pairs = new Map([...map.items].reverse().map((pair) => [keyText(pair.key), pair]));
      this.#pairs.set(map, pairs);
    }
    return pairs;
  }

  #resolved(node: Node | null): Node | null {
    return isAlias(node) ? ((node as Alias).resolve(this.#document) ?? null) : node;
  }

  #find(offset: number, text: string): void {
    const finding = { text, ...this.#position(offset) };
    // One slip often makes the parser complain several times side by side.
    const mark = `${finding.line} ${text}`;
    if (!this.#found.has(mark)) this.findings.push(finding);
    this.#found.add(mark);
  }

  #position(offset: number): Position {
    const { line, col } = this.#lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  }
}

/** What is wrong with a key that plain data cannot hold. */
function wrongKeyText(key: unknown): string | undefined {
  if (key !== null && !isScalar(key)) return 'a list, a map or an alias cannot be a key; write plain text before the colon';
  // JavaScript gives this name a meaning of its own, so parsers after this one would pass over it in silence.
  return isScalar(key) && key.value === '__proto__' ? '"__proto__" cannot be a key or a name; write another one' : undefined;
}

function keyText(key: unknown): string {
  return isScalar(key) ? String(key.value) : String(key);
}

/** Reads a text as YAML 1.2. Never throws: whatever is wrong is in `findings`. */
export function readYaml(text: string): YamlSource {
  return new Source(text);
}

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
function yamlAdvice(code: string): string {
  return advice[code] ?? 'this is not plain YAML; check quotes, brackets and indentation here';
}
