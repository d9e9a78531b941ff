import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { ruleModules } from '../../cli/registry.ts';
import { runners } from '../../cli/runners.ts';
import { catalog } from '../../functions/catalog.ts';
import { planDispatch } from '../../functions/dispatch/plan.ts';
import { renewBeforeExpiry } from '../../functions/renew-before-expiry/renewals.ts';
import { consequential } from '../../functions/tag-new-resources/compiled-rule.ts';
import { operations } from '../../shared/client/operations/index.ts';
import { exceptionReason, forbidden } from '../../shared/engine/guard.ts';
import type { Resource } from '../../shared/fleet/resource.ts';
import type { ActDecision, Action, Harm } from '../../shared/planning/decision.ts';
import type { CompiledPolicy, CompiledProtect, Never } from '../../shared/policy/compiled.ts';
import { spreads } from '../../shared/policy/known-functions.ts';
import { functionsOfLinter, gapsOf, rowsOf } from './catalog-gaps.ts';

const root = new URL('../../', import.meta.url);
const textOf = (file: string): string => readFileSync(new URL(file, root), 'utf8');

const manifests = catalog.map(({ manifest }) => manifest);
const names = manifests.map(({ name }) => name);
/** Folders of functions: those that have an entry for Function Compute. */
const folders = readdirSync(new URL('functions', root)).filter((name) => existsSync(new URL(`functions/${name}/index.ts`, root)));

describe('the catalog', () => {
  test('has every function that has a folder, once', () => {
    expect([...names].sort()).toEqual([...folders].sort());
  });

  test('has rules of the functions that the policy language knows, in its order, and of no other', () => {
    expect(catalog.filter(({ rules }) => rules).map(({ manifest }) => manifest.name)).toEqual(Object.keys(spreads));
  });

  test('lists rules and runs under the name that they have themselves', async () => {
    expect(ruleModules.map(({ name }) => name)).toEqual(catalog.filter(({ rules }) => rules).map(({ manifest }) => manifest.name));
    const listed = catalog.filter(({ runs }) => runs).map(({ manifest }) => manifest);
    expect(runners.map(({ name }) => name)).toEqual([
      ...listed.filter(({ runsFirst }) => runsFirst).map(({ name }) => name),
      ...listed.filter(({ runsFirst }) => !runsFirst).map(({ name }) => name),
    ]);
  });

  test('has a run of each function that writes settings: plan and apply leave none out', () => {
    expect(catalog.filter(({ runs }) => runs).map(({ manifest }) => manifest.name)).toEqual(
      manifests.filter(({ settings }) => settings.length > 0).map(({ name }) => name),
    );
  });

  test('says of each function how it spreads as the policy language does', () => {
    const spread = manifests.flatMap((manifest) => (manifest.spread === undefined ? [] : [[manifest.name, manifest.spread]]));
    expect(Object.fromEntries(spread)).toEqual(spreads);
  });

  test('has words for what a freeze stops of each function that it stops', () => {
    const writing = new Set<string>(manifests.filter(({ settings }) => settings.length > 0).map(({ name }) => name));
    const silent = ruleModules.filter(({ name, frozen }) => writing.has(name) && !frozen).map(({ name }) => name);
    // Each of its decisions says what a freeze does to it: most are ordered in spite of one.
    expect(silent).toEqual(['renew-before-expiry']);
  });

  test('has no setting that two functions write', () => {
    const settings = manifests.flatMap((manifest) => [...manifest.settings]);
    expect(settings.length).toBeGreaterThan(names.length / 2);
    expect(settings).toEqual([...new Set(settings)]);
  });
});

describe('a manifest', () => {
  test.each(names)('of %s imports no code but the words of manifests, so that its bundle stays small', (name) => {
    const imported = [...textOf(`functions/${name}/manifest.ts`).matchAll(/^import (type )?.* from '(.*)';$/gm)];
    expect(imported.filter(([, type]) => type === undefined).map(([, , from]) => from)).toEqual(
      imported.some(([, type]) => type === undefined) ? ['../../shared/planning/manifest.ts'] : [],
    );
  });

  test.each(names)('of %s is imported by no other function', (name) => {
    const others = folders.filter((folder) => folder !== name);
    const importing = others.filter((folder) =>
      readdirSync(new URL(`functions/${folder}`, root), { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.ts'))
        .some((file) => textOf(`functions/${folder}/${file}`).includes(`/${name}/manifest`)),
    );
    expect(importing).toEqual([]);
  });

  test.each(manifests)('of $name names as harm what the worst of its operations do', ({ calls, harms }) => {
    const effects = new Set(calls.map((call) => operations[call].effect));
    expect([harms.includes('spend'), harms.includes('delete')]).toEqual([effects.has('purchase'), effects.has('destructive')]);
    if (effects.has('disruptive')) expect(harms).toContain('cut');
  });

  test.each(manifests)('of $name is bound by the words that forbid its harm', ({ harms, never, protect }) => {
    expect([never.includes('cut-sessions'), never.includes('power-off')]).toEqual([harms.includes('cut'), harms.includes('stop')]);
    if (never.includes('scale-down')) expect(harms).toContain('lower');
    expect(protect.includes('users')).toBe(harms.some((harm) => harm === 'cut' || harm === 'lower' || harm === 'stop'));
  });

  test.each(manifests)('of $name is where its handler takes the age from at which an event is too old', ({ name, staleAfterMs }) => {
    const handler = textOf(`functions/${name}/index.ts`);
    expect(handler.includes('staleAfterMs')).toBe(staleAfterMs !== undefined);
    if (staleAfterMs !== undefined) expect(handler).toContain('staleAfterMs: manifest.staleAfterMs');
  });

  test.each(manifests)('of $name says that it hears events where its handler does', ({ name, begins }) => {
    expect(begins.includes('audit-events')).toBe(/\bsubscription\b/.test(textOf(`functions/${name}/index.ts`)));
  });
});

/** By function the word of exceptions that stands for all that it does, as its runs are guarded by it. */
const neverWords = new Map<string, Never | undefined>([[renewBeforeExpiry.name, renewBeforeExpiry.neverWord]]);
for (const { manifest, runs } of catalog) {
  const found = await runs?.();
  if (found && 'planner' in found) neverWords.set(manifest.name, found.neverWord);
}

describe('what a manifest says of exceptions', () => {
  const resource = { kind: 'delivery-group' as const, id: 'aig-1', name: 'office', tags: {} };
  const heldBy = (word: Never, { name }: (typeof manifests)[number], harms: readonly Harm[]): boolean => {
    const spans = { UTC: { fromMs: 0, untilMs: 10 } };
    const zones = { UTC: { transitions: [{ atMs: 0, offsetMs: 0 }] } };
    const exceptions = [{ because: 'closing', groups: { all: true }, spans, never: [word] }];
    const policy = { zones, exceptions } as unknown as CompiledPolicy;
    const action = { effect: 'write', harms, ...(harms.includes('cut') ? { sessionsAtRisk: 1 } : {}) } as unknown as Action;
    const target = { name: 'home', account: '1', endpoint: 'cn-shanghai', timezone: 'UTC', shardByRegion: false };
    const unknown = { sessionUsersOf: () => undefined, tagFirstSeenMs: () => undefined };
    return (
      exceptionReason(action, resource, {
        functionName: name,
        neverWord: neverWords.get(name),
        policy,
        target,
        nowMs: 5,
        resourceOf: () => resource,
        ...unknown,
      }) !== undefined
    );
  };
  const words = [...new Set(manifests.flatMap(({ never }) => [...never]))];

  test.each(manifests)('is all that holds the worst that $name does, and nothing else', (manifest) => {
    const bound: readonly Never[] = manifest.never;
    expect(words.filter((word) => heldBy(word, manifest, manifest.harms))).toEqual(words.filter((word) => bound.includes(word)));
  });

  test.each(manifests)('asks for keys that rules of $name have, by words that bind it', ({ name, ...manifest }) => {
    const needs: Readonly<Record<string, string>> = 'neverNeeds' in manifest ? manifest.neverNeeds : {};
    const keys = Object.keys(needs);
    expect(keys.filter((word) => !(manifest.never as readonly string[]).includes(word))).toEqual([]);
    const rule = keys.length === 0 ? '' : textOf(`functions/${name}/compiled-rule.ts`);
    expect(Object.values(needs).filter((key) => !rule.includes(`readonly ${key}?:`))).toEqual([]);
  });

  test.each(manifests)('names what holds all that $name does, be it harmless', (manifest) => {
    const bound: readonly Never[] = manifest.never;
    expect(words.filter((word) => heldBy(word, manifest, []) && !bound.includes(word))).toEqual([]);
  });
});

describe('what a manifest says of protection', () => {
  const ways = {
    users: { users: ['ann'] },
    groups: { users: [], groups: { all: true } },
    ownerTag: { users: [], ownerTag: { key: 'keep', atMostMs: 10 } },
  } as const satisfies Record<keyof CompiledProtect, CompiledProtect>;
  const heldBy = (protect: CompiledProtect, { name, harms, ...manifest }: (typeof manifests)[number]): boolean => {
    const isWorkstation = 'keepsUp' in manifest && manifest.keepsUp.kind === 'workstations';
    const resource = { kind: isWorkstation ? 'workstation' : 'delivery-group', id: 'r', name: 'r', tags: { keep: 'please' } };
    const zones = { UTC: { transitions: [{ atMs: 0, offsetMs: 0 }] } };
    const policy = { zones, exceptions: [], freezes: [], protect, fromMs: 0, untilMs: 10 } as unknown as CompiledPolicy;
    const cuts = (harms as readonly Harm[]).includes('cut');
    const action = { effect: 'write', harms, ...(cuts ? { sessionsAtRisk: 1 } : {}) } as unknown as Action;
    const target = { name: 'home', account: '1', endpoint: 'cn-shanghai', timezone: 'UTC', shardByRegion: false };
    const decision: ActDecision = { rule: 'r', resource, verdict: 'act', because: [], action };
    const known = { resourceOf: () => resource as Resource, sessionUsersOf: () => ['ann'], tagFirstSeenMs: () => undefined };
    return forbidden(decision, { functionName: name, policy, target, nowMs: 5, ...known }) !== undefined;
  };

  test.each(manifests)('is all that holds the worst that $name does, and nothing else', (manifest) => {
    const words = Object.keys(ways) as readonly (keyof typeof ways)[];
    expect(words.filter((word) => heldBy(ways[word], manifest))).toEqual([...manifest.protect]);
  });
});

test('a tag that brings a group under a function which can harm has to say so', () => {
  const harming = manifests.filter(({ harms }) => harms.length > 0).map(({ name }) => name);
  expect([...consequential].sort()).toEqual([...harming].sort());
});

test('dispatch starts functions without rules where their manifests say that they see to something', () => {
  const home = { name: 'home', account: '1', endpoint: 'cn-shanghai', timezone: 'UTC', shardByRegion: false };
  const policy = { targets: { home }, rules: {} } as unknown as CompiledPolicy;
  const spread = manifests.filter((manifest) => manifest.spread !== undefined && manifest.spread !== 'together');
  const functions = spread.map(({ name }) => name);
  const { tasks } = planDispatch({ policy, functions, triggerTime: '2026-11-24T00:00:00Z', slot: '20261124T0000Z' });
  expect([...new Set(tasks.map(({ functionName }) => functionName))]).toEqual(
    spread.filter(({ withoutRules }) => withoutRules).map(({ name }) => name),
  );
});

describe('beside the code', () => {
  test.each(manifests)('nothing is missing for $name, and no table says otherwise than its manifest', (manifest) => {
    expect(gapsOf(manifest)).toEqual([]);
  });

  test('the linter keeps functions from importing each other by their folders, in both of its lists', () => {
    expect(functionsOfLinter().map((listed) => [...listed].sort())).toEqual([[...folders].sort(), [...folders].sort()]);
  });

  test('the table of the README has the functions in the order of the catalog', () => {
    const listed = rowsOf('README.md').flatMap(([first = '']) => /^\[([\w-]+)\]\(docs\//.exec(first)?.[1] ?? []);
    expect(listed).toEqual(names);
  });
});
