import { describe, expect, it } from 'vitest';
import { runners } from '../../cli/runners.ts';
import { rulesError } from '../../shared/engine/policy-format.ts';
import type { Runner } from '../../shared/engine/runner.ts';
import { decodePolicy, encodePolicy, PolicyFormatError } from '../../shared/policy/codec.ts';
import type { CompiledPolicy } from '../../shared/policy/compiled.ts';
import type { FunctionName } from '../../shared/policy/known-functions.ts';
import { anything } from '../../shared/schema/shapes.ts';
import { damages } from './damage.ts';
import { compiledAt, demoFleet, examplePolicy } from './demo-fleet.ts';

// Without its timelines, which are most of its text.
const text = encodePolicy({ ...compiledAt(examplePolicy, Date.parse('2026-11-25T00:00:00Z')), timelines: {}, zones: {} });
const parts = JSON.parse(text) as Record<string, unknown> & { readonly rules: Readonly<Record<FunctionName, readonly object[]>> };
const names = Object.keys(parts.rules) as FunctionName[];

/** What a function says of the rules in a text, whatever their form. */
const saidOf = (written: object, name: string) => rulesError(decodePolicy(JSON.stringify(written)), name, anything)?.message;

/** The policy that is read back from a file in which somebody has changed the first rule that asks for an approval. */
function editedRenewal(written: string, edit: (rule: Record<string, unknown>) => Record<string, unknown>): CompiledPolicy {
  const { rules, ...rest } = JSON.parse(written) as { readonly rules: Readonly<Record<string, readonly Record<string, unknown>[]>> };
  const renewals = (rules['renew-before-expiry'] ?? []).map((rule) => (rule['ask'] === undefined ? rule : edit(rule)));
  return decodePolicy(JSON.stringify({ ...rest, rules: { ...rules, 'renew-before-expiry': renewals } }));
}

describe('a compiled policy that was altered in its file', () => {
  it.each(names)('does not count for %s, whatever its rules have lost, also what a rule may leave out', (name) => {
    const list = damages(parts.rules[name]);
    expect(list.length).toBeGreaterThan(10);
    for (const { what, value } of list) {
      const written = { ...parts, rules: { ...parts.rules, [name]: value } };
      expect([what, saidOf(written, name)]).toEqual([what, expect.stringContaining('altered since it was compiled')]);
    }
  });

  it.each(['limits', 'protect', 'freezes', 'exceptions', 'mode', 'targets', 'tell', 'approvers'])(
    'counts for no function if something under %s was lost',
    (part) => {
      for (const { what, value } of damages({ [part]: parts[part] })) {
        const written = { ...parts, [part]: undefined, ...(value as object) };
        let policy: CompiledPolicy;
        try {
          policy = decodePolicy(JSON.stringify(written));
        } catch (error) {
          if (error instanceof PolicyFormatError) continue;
          throw error;
        }
        const said = names.map((name) => rulesError(policy, name, anything)?.message.includes('altered'));
        expect([what, ...new Set(said)]).toEqual([what, true]);
      }
    },
  );

  it('does not count for a function whose rules are gone altogether', () => {
    const { 'renew-before-expiry': _gone, ...rules } = parts.rules;
    expect(saidOf({ ...parts, rules }, 'renew-before-expiry')).toContain('altered');
  });

  it('is not made whole by writing it again', () => {
    const altered = decodePolicy(JSON.stringify({ ...parts, limits: {} }));
    expect(saidOf(JSON.parse(encodePolicy(altered)), 'renew-before-expiry')).toContain('altered');
  });
});

it('a compiled policy counts however it is spaced, and one of an earlier version without its hash counts too', () => {
  const { ownHash, ...earlier } = parts;
  expect(ownHash).toMatch(/^[0-9a-f]{64}$/);
  for (const written of [text, JSON.stringify(parts, null, 2), JSON.stringify(earlier)]) {
    for (const name of names) expect(rulesError(decodePolicy(written), name, anything)).toBeUndefined();
  }
});

it('nothing is ordered by a rule that has lost its question in the file, people hear why, and expiries are announced', async () => {
  const { world, run } = await demoFleet('2026-11-28T08:45');
  const runner = runners.find(({ name }) => name === 'renew-before-expiry') as Runner;
  try {
    const now = world.clock.now();
    const written = encodePolicy(compiledAt(examplePolicy, now));
    const unasked = ({ ask, ...rule }: Record<string, unknown>) => rule;
    const { ownHash, ...unhashed } = JSON.parse(written);
    const before = await run(runner, editedRenewal(JSON.stringify(unhashed), unasked), 'cn-office', 'plan');
    expect(before.report.counts.act).toBeGreaterThan(0);

    const { report, writes, told } = await run(runner, editedRenewal(written, unasked), 'cn-office', 'apply');
    expect([report.failed, writes]).toEqual([true, []]);
    expect(report.errors.map(({ code, message }) => `${code}: ${message}`)).toEqual([expect.stringMatching(/^PolicyFormat: .*altered/)]);
    expect(told.join('\n')).toContain('altered since it was compiled');
    expect(report.purchases?.alerts.map(({ resource }) => resource.name)).toContain('legal-contracts');
  } finally {
    await world.close();
  }
});
