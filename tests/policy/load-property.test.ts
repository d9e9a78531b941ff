import fc from 'fast-check';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { ruleModules } from '../../cli/registry.ts';
import { loadPolicy } from '../../shared/policy/load.ts';
import { formatProblem } from '../../shared/policy/problem.ts';

const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/);
const clock = (minute: number) => `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
const level = fc.oneof(
  fc.integer({ min: 0, max: 100 }).map((percent) => ({ text: `${percent}%`, value: { percent } })),
  fc.integer({ min: 0, max: 100 }).map((nodes) => ({ text: nodes === 1 ? '1 node' : `${nodes} nodes`, value: { nodes } })),
);

/** Periods that never overlap: pairs of distinct, ascending minutes. */
const day = fc.uniqueArray(fc.integer({ min: 0, max: 1440 }), { minLength: 2, maxLength: 8 }).chain((minutes) => {
  const sorted = [...minutes].sort((a, b) => a - b);
  const pairs = Array.from(
    { length: Math.floor(sorted.length / 2) },
    (_, i) => [sorted[2 * i] as number, sorted[2 * i + 1] as number] as const,
  );
  return fc.tuple(...pairs.map(([start, end]) => level.map((wanted) => ({ start, end, wanted }))));
});

const schedule = fc.dictionary(fc.constantFrom('workday', 'restday', 'everyday', 'monday', 'sunday', '2026-12-24'), day, { minKeys: 1 });
const selector = fc.oneof(
  fc.constant('all'),
  fc.record({ tags: fc.dictionary(name, fc.oneof(name, fc.array(name, { minLength: 1, maxLength: 3 })), { minKeys: 1, maxKeys: 3 }) }),
  fc.record(
    { charge: fc.constantFrom('subscription', 'pay-as-you-go'), name: name.map((text) => `${text}*`) },
    { requiredKeys: ['charge'] },
  ),
);

const policy = fc
  .record({
    targets: fc.uniqueArray(name, { minLength: 1, maxLength: 3 }),
    schedules: fc.dictionary(name, schedule, { minKeys: 1, maxKeys: 4 }),
    zone: fc.constantFrom('Asia/Shanghai', 'Europe/Berlin', 'America/New_York', 'UTC'),
    rules: fc.array(fc.record({ groups: selector, tag: name }), { maxLength: 5 }),
    share: fc.integer({ min: 0, max: 100 }),
    flow: fc.boolean(),
    quoted: fc.boolean(),
  })
  .map((parts) => {
    const names = Object.keys(parts.schedules);
    const data = {
      version: 1,
      timezone: parts.zone,
      targets: Object.fromEntries(
        parts.targets.map((target, i) => [
          target,
          { account: `${1_000_000_000_000_000 + i * 111}`, endpoint: 'cn-shanghai', calendar: 'c' },
        ]),
      ),
      calendars: { c: { source: 'china-state-council' } },
      schedules: Object.fromEntries(
        names.map((key) => [
          key,
          Object.fromEntries(
            Object.entries(parts.schedules[key] ?? {}).map(([on, periods]) => [
              on,
              Object.fromEntries(periods.map(({ start, end, wanted }) => [`${clock(start)}-${clock(end)}`, wanted.text])),
            ]),
          ),
        ]),
      ),
      limits: { shareOfRulePerRun: `${parts.share}%` },
      rules: {
        'scale-on-schedule': parts.rules.map(({ groups, tag }, i) => ({
          name: `rule-${i}`,
          groups,
          schedule: names[i % names.length],
          peak:
            typeof groups === 'object' && 'charge' in groups && groups.charge === 'subscription'
              ? { extraNodes: 3 }
              : { tag, otherwise: 1 },
        })),
      },
    };
    const text = stringify(data, {
      collectionStyle: parts.flow ? 'flow' : 'block',
      defaultStringType: parts.quoted ? 'QUOTE_DOUBLE' : 'PLAIN',
    });
    return { parts, data, text };
  });

test('a policy made only of valid parts loads without error and says what was written', () => {
  fc.assert(
    fc.property(policy, ({ parts, data, text }) => {
      const { document, problems } = loadPolicy(text, 'policy.yaml', ruleModules);
      expect(problems.filter(({ severity }) => severity === 'error').map(formatProblem)).toEqual([]);
      expect(document?.timezone).toBe(parts.zone);
      expect(Object.keys(document?.targets ?? {}).sort()).toEqual([...parts.targets].sort());
      expect(document?.limits.shareOfRulePerRun).toBe(parts.share);
      expect(document?.rules['scale-on-schedule']).toHaveLength(data.rules['scale-on-schedule'].length);
      for (const [key, days] of Object.entries(parts.schedules)) {
        const read = document?.schedules[key]?.days.flatMap(({ periods }) => periods) ?? [];
        const wanted = Object.values(days).flatMap((periods) =>
          // A minute that is left open before midnight or the next period is not meant.
          periods.map(({ start, end, wanted: { value } }) => {
            const gap = end === 1439 || periods.some((next) => next.start === end + 1);
            return { startMinute: start, endMinute: gap ? end + 1 : end, level: value };
          }),
        );
        const order = (list: readonly object[]) => list.map((item) => JSON.stringify(item)).sort();
        expect(order(read)).toEqual(order(wanted));
      }
    }),
    { numRuns: 80 },
  );
});

/** The maps of a generated policy in which only certain keys are allowed. */
function closedMaps(data: object): Record<string, unknown>[] {
  const { targets, limits, schedules, rules } = data as Record<'targets' | 'limits' | 'schedules' | 'rules', Record<string, unknown>>;
  const list = rules['scale-on-schedule'] as Record<string, unknown>[];
  const inner = list.flatMap((rule) => [rule, rule.peak, ...(typeof rule.groups === 'object' ? [rule.groups] : [])]);
  const maps = [
    data,
    limits,
    rules,
    ...Object.values(targets),
    ...Object.values(schedules).flatMap((one) => [one, ...Object.values(one as object)]),
    ...inner,
  ];
  return maps as Record<string, unknown>[];
}

test('an unknown key anywhere is an error that points at that key', () => {
  fc.assert(
    fc.property(policy, fc.nat(), ({ parts, data }, choice) => {
      const changed = structuredClone(data);
      const maps = closedMaps(changed);
      (maps[choice % maps.length] as Record<string, unknown>).zzzzzz = '1%';
      const text = stringify(changed, { collectionStyle: parts.flow ? 'flow' : 'block' });
      const before = text.slice(0, text.indexOf('zzzzzz')).split('\n');
      const { document, problems } = loadPolicy(text, 'policy.yaml', ruleModules);
      expect(document).toBeUndefined();
      const errors = problems.filter(({ severity }) => severity === 'error');
      const place = { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
      expect(errors.map(({ line, column }) => ({ line, column }))).toContainEqual(place);
    }),
    { numRuns: 100 },
  );
});

test('no text makes loading throw, and every problem has a place', () => {
  const piece = fc.constantFrom(
    'version: 1',
    'targets:',
    '  cn: {',
    '}',
    '[',
    ']',
    '*a',
    '&a ',
    '- ',
    ': ',
    '"',
    "'",
    '\t',
    '\n',
    '\n  ',
    '!x ',
    '%YAML 1.1\n---\n',
    '<<: ',
    '? ',
    '| ',
    '08:00-09:00: 40%',
    'rules:',
    '__proto__: ',
    'null',
    '#',
  );
  const text = fc.oneof(
    fc.string({ maxLength: 60 }),
    fc.array(piece, { maxLength: 14 }).map((pieces) => pieces.join('')),
  );
  fc.assert(
    fc.property(text, (written) => {
      const { document, problems } = loadPolicy(written, 'policy.yaml', ruleModules);
      expect(document).toBeUndefined();
      expect(problems.length).toBeGreaterThan(0);
      for (const { line, column } of problems) {
        expect(line).toBeGreaterThanOrEqual(1);
        expect(column).toBeGreaterThanOrEqual(1);
      }
    }),
    { numRuns: 300 },
  );
});
