import { describe, expect, it } from 'vitest';
import { planner } from '../../../functions/scale-on-schedule/plan.ts';
import type { IntentView, WrittenValue } from '../../../shared/journal/intents/intent-view.ts';
import { shanghai } from '../../fixtures/shanghai.ts';
import { contextOf, fixed, groupOf, policyOf } from './plan-fixture.ts';

const rules = '- {name: office, groups: all, schedule: office, peak: {tag: peak-nodes, otherwise: 4, atMost: 100}, method: fixed}';
const ours: WrittenValue = { value: 'fixed 2', atMs: shanghai('2026-11-25 08:00'), outcome: 'done' };

/** A journal that knows nothing until it is told, and counts what it is asked. */
function learningJournal() {
  let known: readonly WrittenValue[] = [];
  let questions = 0;
  const view: IntentView = {
    values: () => {
      questions += 1;
      return known;
    },
    external: () => undefined,
  };
  const learn = (values: readonly WrittenValue[]) => {
    known = values;
  };
  return { view, learn, questions: () => questions };
}

describe('what was decided once', () => {
  const group = groupOf({}, { strategy: fixed(7) });

  it('is decided anew when the journal has learned something about the group since', () => {
    const journal = learningJournal();
    const context = contextOf(policyOf(rules), '2026-11-25 08:40', journal.view);
    expect(planner.needs(group, context)).toHaveLength(1);
    expect(planner.decide(group, context).verdict).toBe('act');
    journal.learn([ours]);
    const decision = planner.decide(group, context);
    expect(decision).toMatchObject({ verdict: 'hold' });
    expect(decision.because[0]?.code).toBe('manual-change');
    expect(planner.needs(group, context)).toEqual([]);
  });

  it('asks the journal each time, so that a journal that reads on demand notices', () => {
    const journal = learningJournal();
    const context = contextOf(policyOf(rules), '2026-11-25 08:40', journal.view);
    planner.needs(group, context);
    const before = journal.questions();
    planner.decide(group, context);
    expect(journal.questions()).toBeGreaterThan(before);
  });

  it('is the same as long as the journal says the same', () => {
    const journal = learningJournal();
    const context = contextOf(policyOf(rules), '2026-11-25 08:40', journal.view);
    const first = planner.decide(group, context);
    journal.learn([]);
    expect(planner.decide(group, context)).toEqual(first);
  });
});
