import { existsSync, readFileSync } from 'node:fs';
import type { Begins, Manifest } from '../../shared/planning/manifest.ts';
import { spreads } from '../../shared/policy/known-functions.ts';

const root = new URL('../../', import.meta.url);
const textOf = (file: string): string => readFileSync(new URL(file, root), 'utf8');

/** How the tables of the two READMEs name what begins a function. */
const begunWords: Readonly<
  Record<'README.md' | 'README.zh-CN.md', { readonly words: Readonly<Record<Begins, string>>; readonly comma: string }>
> = {
  'README.md': { words: { timer: 'timer', 'audit-events': 'event', http: 'HTTP', failure: 'failed invocations' }, comma: ', ' },
  'README.zh-CN.md': { words: { timer: '定时', 'audit-events': '事件', http: 'HTTP', failure: '失败的调用' }, comma: '、' },
};

/** What the table of `docs/deploy.md` says of a function that something begins. */
const deployWords: Readonly<Record<Begins, RegExp>> = {
  timer: /timer|^dispatch, /,
  'audit-events': /audit trail/,
  http: /^HTTP/,
  failure: /failed/,
};

/** How the table of `docs/dispatch.md` words how a function is spread. */
const spreadWords = { regions: 'target, region', targets: 'target', together: 'not at all' } as const;

/** Rows of the tables of a page: the trimmed cells of each. */
export function rowsOf(page: string): readonly (readonly string[])[] {
  return [...textOf(page).matchAll(/^\|(.*)\|$/gm)].map(([, row = '']) => row.split('|').map((cell) => cell.trim()));
}

/** Names of functions, of one in each list of the linter that keeps functions from importing each other. */
export function functionsOfLinter(): readonly (readonly string[])[] {
  const { overrides } = JSON.parse(textOf('biome.json')) as { overrides: Loose[] };
  const groups = overrides
    .filter(({ includes }) => includes.includes('functions/**'))
    .map(({ linter }) => linter.rules.style.noRestrictedImports.options.patterns[0]?.group ?? []);
  return groups.map((group) => group.flatMap((pattern) => /^\*\*\/([\w-]+)\/\*\*$/.exec(pattern)?.[1] ?? []));
}

/** As much of an override of `biome.json` as is read here. */
interface Loose {
  readonly includes: readonly string[];
  readonly linter: {
    readonly rules: {
      readonly style: { readonly noRestrictedImports: { readonly options: { readonly patterns: { group: string[] }[] } } };
    };
  };
}

/** What the project lacks for a function of which there is a manifest, or says otherwise than it: a line each, with the place. */
export function gapsOf(manifest: Manifest): readonly string[] {
  const { name, page, begins, role, spread, staleAfterMs } = manifest;
  const gaps: string[] = [];
  const lacks = (place: string, what: string): void => {
    gaps.push(`${place} ${what}`);
  };
  if (!existsSync(new URL(`functions/${name}/index.ts`, root))) lacks(`functions/${name}/index.ts`, 'is not there');
  if (!existsSync(new URL(`tests/functions/${name}`, root))) lacks(`tests/functions/${name}`, 'is not there');
  if (!existsSync(new URL(`docs/${page}`, root))) lacks(`docs/${page}`, 'is not there');
  if ((spreads as Readonly<Record<string, string>>)[name] !== spread) lacks('shared/policy/known-functions.ts', `does not say ${spread}`);
  if (!functionsOfLinter().every((names) => names.includes(name))) lacks('biome.json', 'lets other functions import it');
  if (!textOf('docs/README.md').includes(`](${page})`)) lacks('docs/README.md', 'has no link to its page');
  for (const [readme, { words, comma }] of Object.entries(begunWords)) {
    const row = rowsOf(readme).find(([first]) => first === `[${name}](docs/${page})`);
    const begun = begins.map((each) => words[each]).join(comma);
    if (row?.at(-1) !== begun) lacks(readme, `has no row of it that says ${begun}`);
  }
  const deployed = rowsOf('docs/deploy.md').filter((cells) => cells.length === 4);
  const at = deployed.findIndex(([first = '']) => first.split(', ').includes(`\`${name}\``));
  const [, started, inRole] = deployed[at] ?? [];
  const begun = started === 'the same' ? deployed[at - 1]?.[1] : started;
  if (inRole !== role || begins.some((each) => !deployWords[each].test(begun ?? ''))) {
    lacks('docs/deploy.md', `has no row of it that says ${role} and ${begins.join(', ')}`);
  }
  if (spread !== undefined) {
    const row = rowsOf('docs/dispatch.md').find(([first = '']) => first.split(', ').includes(name));
    if (row?.[1] !== spreadWords[spread]) lacks('docs/dispatch.md', `has no row of it that says ${spreadWords[spread]}`);
    for (const file of ['bench/rows/bundles.ts', 'policy.example.yaml']) {
      if (!new RegExp(`^  ${name}:`, 'm').test(textOf(file))) lacks(file, 'has no rule of it');
    }
  }
  const late = /^## Late events$[\s\S]*?^## /m.exec(textOf('docs/dispatch.md'))?.[0] ?? '';
  if (late.includes(`\`${name}\``) !== (staleAfterMs !== undefined)) {
    lacks('docs/dispatch.md', `has no sentence on late events that ${staleAfterMs === undefined ? 'leaves it out' : 'names it'}`);
  }
  const deployment = textOf('s.yaml');
  if (!new RegExp(`^  ${name}:$`, 'm').test(deployment)) lacks('s.yaml', 'does not deploy it');
  const payloads = [...deployment.matchAll(/payload: '\{"functions":(\[.*\])\}'/g)].map(([, list = '']) => JSON.parse(list) as string[]);
  const dispatched = spread === 'regions' || spread === 'targets';
  if (payloads.filter((list) => list.includes(name)).length !== (dispatched ? 1 : 0)) {
    lacks('s.yaml', dispatched ? 'has no timer of dispatch that starts it' : 'lets dispatch start it');
  }
  return gaps;
}
