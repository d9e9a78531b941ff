import { describe, expect, test } from 'vitest';
import type { Automation } from '../../shared/engine/automation.ts';
import { sightedCode } from '../../shared/engine/reasons.ts';
import { run } from '../../shared/engine/run.ts';
import type { Harm } from '../../shared/planning/decision.ts';
import { type Dial, noon, policyWith, target } from './dial.ts';
import { apiError, codes, fixture } from './run-fixture.ts';

/** The dial automation, looking closely at what a test says. */
function looking(
  b: ReturnType<typeof fixture>,
  fetchDetail: NonNullable<Automation<Dial>['fetchDetail']>,
  needsDetail: (id: string) => boolean = () => true,
) {
  const planner = { ...b.automation.planner, needsDetail: ({ id }: Dial) => needsDetail(id) };
  const automation: Automation<Dial> = { ...b.automation, planner, fetchDetail };
  return (mode: 'plan' | 'apply', more = {}) =>
    run({
      automation,
      client: b.service.client,
      target,
      policy: policyWith(),
      store: b.store,
      clock: b.clock,
      mode,
      world: 'a test',
      ...more,
    });
}

describe('the detail of a resource', () => {
  test('is read only where the planner asks, and the parts it shows are decided in the place of the whole', async () => {
    const b = fixture();
    b.service.put('a', 'old').put('b', 'old');
    for (const id of ['a', 'b', 'a/1', 'a/2']) b.wishes.set(id, { value: 'new' });
    const seen: string[] = [];
    const report = await looking(
      b,
      async (_client, _target, dial) => {
        seen.push(dial.id);
        return [1, 2].map((n) => ({ ...dial, id: `${dial.id}/${n}`, partOf: dial }));
      },
      (id) => id === 'a',
    )('plan');
    expect(seen).toEqual(['a']);
    expect(codes(report)).toEqual(['a/1 act wish', 'a/2 act wish', 'b act wish']);
    expect(report.totals).toMatchObject({ observed: 2, complete: true });
  });

  test('that the service refuses leaves the resource as the list has it, and is said', async () => {
    const b = fixture();
    b.service.put('a', 'old');
    b.wishes.set('a', { value: 'new' });
    const report = await looking(b, async () => {
      throw apiError('no');
    })('plan');
    expect(codes(report)).toEqual(['a act wish']);
    expect(report.warnings).toMatchObject([{ code: 'look-failed', data: { resource: 'a' } }]);
  });

  test('counts parts by their whole where a limit is a share of a rule', async () => {
    const b = fixture();
    for (const id of ['a', 'b', 'c', 'd']) b.service.put(id, 'old');
    for (const n of [1, 2, 3]) b.wishes.set(`a/${n}`, { value: 'new', action: { harms: ['cut'] } });
    for (const id of ['b', 'c', 'd']) b.wishes.set(id, { value: 'old' });
    const parts = looking(
      b,
      async (_client, _target, dial) => [1, 2, 3].map((n) => ({ ...dial, id: `a/${n}`, partOf: dial })),
      (id) => id === 'a',
    );
    const codesAt = async (shareOfRulePerRun: number) =>
      codes(await parts('plan', { policy: policyWith({ limits: { shareOfRulePerRun } }) }));
    expect(await codesAt(25)).toEqual(['a/1 act wish', 'a/2 act wish', 'a/3 act wish']);
    expect((await codesAt(24))[0]).toBe('a/1 hold limit-share-run');
  });
});

describe('an event', () => {
  const triggerEvent = { resourceId: 'b', operation: 'CreateDial', atMs: noon };

  test('has the resources read that it names, and no other', async () => {
    const b = fixture();
    b.service.put('a', 'old').put('b', 'old');
    for (const id of ['a', 'b']) b.wishes.set(id, { value: 'new' });
    const report = await b.run('apply', {
      triggerEvents: [triggerEvent, { ...triggerEvent, atMs: noon - 1 }, { ...triggerEvent, resourceId: 'gone' }],
    });
    expect(b.service.calls).toEqual(['SetDial b=new']);
    expect(report.counts).toMatchObject({ act: 1, notCovered: 0 });
  });

  test('gives no sign of life of the sweep', async () => {
    const b = fixture();
    b.service.put('b', 'old');
    b.wishes.set('b', { value: 'new' });
    const signs = () => [...b.store.records.keys()].filter((key) => key.startsWith('heartbeats/')).length;
    await b.run('apply', { triggerEvents: [triggerEvent] });
    expect(b.service.calls).toEqual(['SetDial b=new']);
    expect(signs()).toBe(0);
    await b.run('apply');
    expect(signs()).toBe(1);
  });

  test('does not get round the limit on a share of a rule', async () => {
    const b = fixture();
    b.service.put('b', 'old');
    const policy = policyWith({ limits: { shareOfRulePerRun: 30 } });
    const counted = (harm: Harm, count: number | undefined) => {
      b.wishes.set('b', { value: 'new', action: { harms: [harm] } });
      return run({
        ...{
          automation: { ...b.automation, count: async () => count },
          client: b.service.client,
          target,
          policy,
          store: b.store,
          clock: b.clock,
        },
        ...{ mode: 'plan', world: 'a test', triggerEvents: [triggerEvent] },
      });
    };
    expect(codes(await counted('lower', undefined))).toEqual(['b hold limit-share-incomplete']);
    expect(codes(await counted('lower', 9))).toEqual(['b act wish']);
    // How many the rule covers beside it is not known, and this cannot be undone.
    expect(codes(await counted('cut', 9))).toEqual(['b hold limit-share-run']);
  });

  test('leaves what holds elsewhere as it was told', async () => {
    const b = fixture();
    b.service.put('a', 'old').put('b', 'old');
    b.wishes.set('a', { value: 'HOLD' }).set('b', { value: 'new' });
    expect((await b.run('apply')).holdsChanged).toBe(true);
    b.wishes.set('b', { value: 'newer' });
    expect((await b.run('apply', { triggerEvents: [triggerEvent] })).holdsChanged).toBe(false);
    expect((await b.run('apply')).holdsChanged).toBe(false);
  });
});

test('a state that a planner sights is known in the journal from then on', async () => {
  const b = fixture();
  b.service.put('a', 'old');
  const since: (number | undefined)[] = [];
  const planner: Automation<Dial>['planner'] = {
    needs: () => [],
    decide: (dial, { written }) => {
      since.push(written.external(dial.id, 'state')?.sinceMs);
      const because = [{ code: sightedCode, text: 'finished', data: { setting: 'state', value: 'FINISHED' } }];
      return { verdict: 'keep', rule: 'r', resource: { id: dial.id }, because };
    },
  };
  const automation = { ...b.automation, planner };
  const again = () =>
    run({
      automation,
      client: b.service.client,
      target,
      policy: policyWith(),
      store: b.store,
      clock: b.clock,
      mode: 'apply',
      world: 'a test',
    });
  for (let n = 0; n < 3; n++) {
    await again();
    b.later(60_000);
  }
  expect(since).toEqual([undefined, noon, noon]);
});
