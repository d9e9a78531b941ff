import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import * as z from 'zod/mini';
import type { Fault } from './faults.ts';
import { explainIssues } from './front/issues.ts';
import type { AccessKey } from './front/keys.ts';
import { type ScenarioGroup, scenarioSchema } from './scenario-schema.ts';
import { buildWorld } from './world/build-world.ts';
import type { AccountSeed, GroupSeed, WorldSeed } from './world/seed.ts';
import type { World } from './world/world.ts';

/** A world to start from, and what else its file asks for. */
export interface Scenario {
  /** File or name that messages refer to. */
  readonly source: string;
  readonly title: string | undefined;
  readonly description: string | undefined;
  readonly world: WorldSeed;
  readonly faults: readonly Fault[];
  readonly accessKeys: readonly AccessKey[];
}

/** Why a scenario cannot be used; the message lists every problem with its place and what to write instead. */
export class ScenarioError extends Error {
  readonly code = 'InvalidScenario';
  readonly problems: readonly string[];
  constructor(source: string, problems: readonly string[], cause?: unknown) {
    super(`The scenario ${source} cannot be used:\n${problems.map((problem) => `  ${problem}`).join('\n')}`, { cause });
    this.name = 'ScenarioError';
    this.problems = problems;
  }
}

/** Reads a scenario file. @throws ScenarioError when it cannot be read or is wrong */
export async function loadScenario(path: string): Promise<Scenario> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new ScenarioError(path, [`the file cannot be read (${(error as NodeJS.ErrnoException).code}); check its path`], error);
  }
  return parseScenario(text, path);
}

/** The scenario of the demo, which comes with the program. @throws ScenarioError as `loadScenario` */
export function demoScenario(): Promise<Scenario> {
  return loadScenario(fileURLToPath(new URL('./scenarios/demo.json', import.meta.url)));
}

/** Reads the text of a scenario file. @throws ScenarioError that lists every problem */
export function parseScenario(text: string, source: string): Scenario {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new ScenarioError(source, [syntaxProblem(text, error as Error)], error);
  }
  const result = z.safeParse(scenarioSchema, value);
  if (!result.success) throw new ScenarioError(source, explainIssues(result.error));
  const { title, description, faults = [], accessKeys = [], accounts, ...rest } = result.data;
  const problems = accounts.flatMap(({ groups = [] }, index) => repeatProblems(groups, `accounts[${index}]`));
  if (problems.length > 0) throw new ScenarioError(source, problems);
  const world = { ...rest, accounts: accounts.map((account) => ({ ...account, groups: expanded(account.groups ?? []) })) };
  // JSON carries no undefined, so what the schema calls optional is absent where it is not there.
  return { source, title, description, world: world as WorldSeed, faults: faults as Fault[], accessKeys: accessKeys as AccessKey[] };
}

/** What a caller may set over a scenario's own words. */
export interface ScenarioOverrides {
  /** Name of the world. */
  readonly id?: string;
  readonly seed?: number;
  /** ISO 8601 with offset. */
  readonly start?: string;
}

/** Makes the scenario's world. @throws ScenarioError when the seed describes a world that cannot be */
export function worldOf(scenario: Scenario, overrides: ScenarioOverrides = {}): World {
  try {
    return buildWorld({ ...scenario.world, ...overrides });
  } catch (error) {
    if (error instanceof RangeError) throw new ScenarioError(scenario.source, [error.message], error);
    throw error;
  }
}

function repeatProblems(groups: readonly ScenarioGroup[], at: string): string[] {
  return groups.flatMap(({ repeat, id, name }, index) => {
    if (repeat === undefined) return [];
    if (id !== undefined) return [`${at}.groups[${index}].id: leave it out beside repeat, ids are made from the names`];
    return name.includes('{n}') ? [] : [`${at}.groups[${index}].name: write {n} where the number goes, such as "team-{n}"`];
  });
}

/** The groups with repeated ones unfolded, one at a time: a large fleet is never held as seeds. */
function expanded(groups: readonly ScenarioGroup[]): AccountSeed['groups'] {
  return {
    *[Symbol.iterator]() {
      for (const { repeat, ...group } of groups) {
        if (repeat === undefined) yield group as GroupSeed;
        else for (let n = 1; n <= repeat; n += 1) yield numbered(group as GroupSeed, n);
      }
    },
  };
}

function numbered(group: GroupSeed, n: number): GroupSeed {
  const put = (text: string) => text.replaceAll('{n}', String(n));
  return {
    ...group,
    name: put(group.name),
    ...(group.tags ? { tags: Object.fromEntries(Object.entries(group.tags).map(([key, value]) => [key, put(value)])) } : {}),
    ...(group.users ? { users: group.users.map((users) => (users.prefix ? { ...users, prefix: put(users.prefix) } : users)) } : {}),
  };
}

function syntaxProblem(text: string, error: Error): string {
  const before = text.slice(0, syntaxErrorAt(text, error)).split('\n');
  return `line ${before.length}, column ${(before.at(-1) as string).length + 1}: it is not JSON here; look for a missing comma, quote or bracket`;
}

/** Where JSON breaks. Messages of Node 20 do not always tell, but the shortest beginning of the text with an unexpected token does. */
function syntaxErrorAt(text: string, error: Error): number {
  const told = /position (\d+)/.exec(error.message)?.[1];
  if (told !== undefined) return Number(told);
  let [good, bad] = [0, text.length + 1];
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (hasUnexpectedToken(text.slice(0, middle))) bad = middle;
    else good = middle;
  }
  return bad - 1;
}

function hasUnexpectedToken(text: string): boolean {
  try {
    JSON.parse(text);
    return false;
  } catch (error) {
    return (error as Error).message.startsWith('Unexpected token');
  }
}
