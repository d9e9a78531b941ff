import { expect, it } from 'vitest';
import { digest } from '../../functions/digest/digesting.ts';
import { digestRunner } from '../../functions/digest/run-digest.ts';
import { damages } from './damage.ts';
import { compiledAt, demoFleet, examplePolicy, withRules } from './demo-fleet.ts';

/** What another digest may lack: targets, and how often functions run. */
const free = /\.targets gone$|\.runsEvery\.\S+ (gone|renamed)$/;

it('no digest is begun by a rule that is not as this version reads it, and the run fails', async () => {
  const { world, run } = await demoFleet('2026-11-25T09:10');
  try {
    const policy = compiledAt(examplePolicy, world.clock.now());
    const runner = digestRunner(digest);
    const whole = await run(runner, policy, 'cn-office', 'plan');
    expect([whole.report.failed, whole.report.warnings.map(({ code }) => code)]).toEqual([false, expect.arrayContaining(['digest-due'])]);

    const rules = (policy.rules['digest'] as readonly object[]).map((rule) => ({
      ...rule,
      targets: ['cn-office'],
      runsEvery: { digest: 1 },
    }));
    const passed: string[] = [];
    for (const { what, value } of damages(rules)) {
      const { report } = await run(runner, withRules(policy, 'digest', value), 'cn-office', 'apply');
      if (!report.failed) passed.push(what);
      else {
        expect([what, ...report.errors]).toEqual([what, { code: 'PolicyFormat', message: expect.stringContaining('rules.digest') }]);
        expect(report.warnings.filter(({ code }) => code.startsWith('digest-'))).toEqual([]);
      }
    }
    expect(passed.filter((what) => !free.test(what))).toEqual([]);
  } finally {
    await world.close();
  }
});
