import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { encodeRecord } from '../../../shared/journal/log/record.ts';
import { type ApprovalSubject, approvalStream, linkVoice, personVoice, readApprovals } from '../../../shared/journal/people/approvals.ts';
import { runStoring } from '../../../shared/journal/store/store-effect.ts';
import type { CompiledPolicy } from '../../../shared/policy/compiled.ts';
import { cny } from '../../fixtures/money.ts';
import { accountId, compiledPolicy, dearer, orders, policyText, type RenewalFixture, renewalFixture, verdicts } from './renewal-fixture.ts';

const start = '2026-11-24T12:00:00+08:00';
const expiresAt = '2026-11-30T00:00:00+08:00';
const expiresAtMs = Date.parse(expiresAt);
const answer = { resource: 'g', expiresAtMs, highest: cny(300n) };
const about: ApprovalSubject = { circle: 'finance', account: accountId, resource: 'g', expiresAtMs };
const group = { id: 'g', name: 'ledger', region: 'cn-hangzhou', charge: 'PrePaid' as const, expiresAt };
const rule = (ask: string) =>
  `- {name: r, groups: all, consoleAutoRenew: disabled, period: 1 Month, autoPay: true, ask: {${ask}}, unanswered: renew 1 Week}`;
const asking = rule('who: finance, above: 1 CNY, links: true');

/** The policy with other approvers, or another question. */
function policyWith(approvers: string, rules = asking): CompiledPolicy {
  return compiledPolicy(policyText(rules).replace('{finance: [li.wei, tan.mei]}', approvers), Date.parse(start));
}
const withoutTan = policyWith('{finance: [li.wei, wang.fang]}');

let fixture: RenewalFixture;
const price = { percent: 100n };
beforeEach(async () => {
  price.percent = 100n;
  fixture = await renewalFixture({ start, groups: [group] }, policyText(asking), { handlers: dearer(price) });
});
afterEach(() => fixture.close());

async function outcome(policy: CompiledPolicy = fixture.policy) {
  return [verdicts(await fixture.run('apply', { policy }))[0], orders(fixture).length];
}

describe('a refusal holds', () => {
  test('though the price falls to what nobody has to be asked about, until somebody approves', async () => {
    const dear = policyWith('{finance: [li.wei, tan.mei]}', rule('who: finance, above: 200 CNY'));
    expect((await fixture.run('plan', { policy: dear })).purchases?.waiting).toHaveLength(1);
    await fixture.say({ ...answer, by: 'tan.mei', verdict: 'refuse', because: 'the team moves away' });
    price.percent = 50n;
    expect(await outcome(dear)).toEqual(['g hold refused', 0]);
    expect((await fixture.run('plan', { policy: dear })).purchases?.answered).toMatchObject([
      { state: 'refused', answer: 'refused by tan.mei' },
    ]);
    await fixture.say(answer);
    expect(await outcome(dear)).toEqual(['g act due', 1]);
  });

  test('though the price falls, where nobody refused nobody has to answer', async () => {
    price.percent = 50n;
    expect(await outcome(policyWith('{finance: [li.wei, tan.mei]}', rule('who: finance, above: 200 CNY')))).toEqual(['g act due', 1]);
  });

  test('though its author is removed from the approvers: an approval that was given before does not come back', async () => {
    await fixture.say(answer);
    await fixture.say({ ...answer, by: 'tan.mei', verdict: 'refuse' });
    const report = await fixture.run('apply', { policy: withoutTan });
    expect([verdicts(report)[0], orders(fixture).length]).toEqual(['g hold refused', 0]);
    expect(report.purchases?.answered[0]?.answer).toBe('refused by tan.mei (not among the approvers any more)');
    await fixture.say({ ...answer, under: withoutTan });
    expect(await outcome(withoutTan)).toEqual(['g act due', 1]);
  });

  test('of somebody who was removed, given at the same time as the approval or after the removal', async () => {
    await fixture.say(answer);
    await fixture.say({ ...answer, by: 'tan.mei', verdict: 'refuse', blind: true });
    expect(await outcome(withoutTan)).toEqual(['g hold refused', 0]);
    await fixture.say({ ...answer, under: withoutTan, by: 'wang.fang' });
    await fixture.say({ ...answer, under: withoutTan, by: 'tan.mei', verdict: 'refuse' });
    expect(await outcome(withoutTan)).toEqual(['g act due', 1]);
  });

  test('though the rule asks another circle, to which who approved belongs and who refused does not', async () => {
    await fixture.say(answer);
    await fixture.say({ ...answer, by: 'tan.mei', verdict: 'refuse' });
    const board = policyWith('{finance: [tan.mei], board: [li.wei]}', rule('who: board, above: 1 CNY'));
    expect(await outcome(board)).toEqual(['g hold refused', 0]);
  });

  test('though answers by link count no more since: what was refused by a link stays so', async () => {
    await fixture.say(answer);
    await fixture.say({ ...answer, source: 'approvals-link', verdict: 'refuse' });
    const noLinks = policyWith('{finance: [li.wei, tan.mei]}', rule('who: finance, above: 1 CNY'));
    expect(await outcome(noLinks)).toEqual(['g hold refused', 0]);
  });

  test('and so does a withdrawal of links, though its author is removed', async () => {
    await fixture.say({ ...answer, source: 'approvals-link' });
    await fixture.say({ ...answer, by: 'tan.mei', verdict: 'refuse', withdrawsLinks: true });
    const linked = policyWith('{finance: [li.wei]}');
    expect((await outcome(linked))[1]).toBe(0);
    await fixture.say({ ...answer, source: 'approvals-link', under: linked });
    expect(await outcome(linked)).toEqual(['g act due', 1]);
  });
});

test('who is no approver any more holds nothing and approves nothing where no approval stands', async () => {
  await fixture.say({ ...answer, by: 'tan.mei', verdict: 'refuse' });
  expect(await outcome(withoutTan)).toEqual(['g hold needs-approval', 0]);
  await fixture.say({ ...answer, by: 'tan.mei' });
  expect(await outcome(withoutTan)).toEqual(['g hold needs-approval', 0]);
});

test('who is no approver any more approves nothing beside an approval that stands and is too low', async () => {
  await fixture.say({ ...answer, highest: cny(100n) });
  await fixture.say({ ...answer, by: 'tan.mei' });
  expect(await outcome(withoutTan)).toEqual(['g hold approval-too-low', 0]);
});

test('a record that cannot be read takes back what the person approved before, also where another circle had been asked', async () => {
  const two = policyWith('{finance: [li.wei, tan.mei], board: [li.wei]}');
  await fixture.say({ ...answer, under: two });
  const inBoard = approvalStream(personVoice('board', { account: accountId, user: 'li.wei' }), about);
  await fixture.store.create(`${inBoard}/00000000`, new TextEncoder().encode('{}'));
  expect(await outcome(two)).toEqual(['g hold needs-approval', 0]);
  await fixture.say({ ...answer, under: two });
  expect(await outcome(two)).toEqual(['g act due', 1]);
});

describe('what somebody writes who may write below one prefix only', () => {
  const li = approvalStream(personVoice('finance', { account: accountId, user: 'li.wei' }), about);
  const body = (electorate: unknown) => ({
    ...{ verdict: 'approve', by: { account: accountId, user: 'li.wei', userId: '1' }, target: 'home', electorate },
    ...{
      period: { count: 1, unit: 'Month' },
      seen: {},
      highest: { currency: 'CNY', micros: '300000000' },
      until: '2099-01-01T00:00:00.000Z',
    },
  });
  const put = (stream: string, what: Record<string, unknown>) =>
    fixture.store.create(
      `${stream}/00000000`,
      encodeRecord({ kind: 'approval', atMs: Date.parse(start), owner: 'x', prev: null, body: what }),
    );

  test.each<[string, unknown]>([
    ['no keys', ['', '/', '..', 'approvals//x', 'approvals/%zz/1.a', 'policy/00000000', 'approvals/finance', 'approvals/finance/tan.mei']],
    ['many', Array.from({ length: 500 }, (_, index) => personVoice('finance', { account: accountId, user: `user-${index}` }))],
    ['names from objects', ['__proto__', 'constructor', 'approvals/constructor/1.__proto__']],
  ])('names as electorate what may be, %s, and harms nobody', async (_name, electorate) => {
    await put(li, body(electorate));
    expect(await outcome()).toEqual(['g act due', 1]);
  });

  test.each<[string, unknown]>([
    ['no list', 'tan.mei'],
    ['too many', Array.from({ length: 501 }, () => 'x')],
    ['no texts', [1]],
  ])('as electorate %s is no answer, and silences nobody else', async (_name, electorate) => {
    await put(li, body(electorate));
    expect(await outcome()).toEqual(['g hold needs-approval', 0]);
    await fixture.say({ ...answer, by: 'tan.mei' });
    expect(await outcome()).toEqual(['g act due', 1]);
  });

  test('10,000 junk records below approvals-link/ stop nobody at the command line, and are read no further than people answer', async () => {
    const links = approvalStream(linkVoice('finance'), about);
    for (let sequence = 0; sequence < 10_000; sequence++) {
      await fixture.store.create(`${links}/${String(sequence).padStart(8, '0')}`, new TextEncoder().encode('{}'));
    }
    await fixture.say(answer);
    const { read } = fixture.store;
    const junk = new Set<string>();
    fixture.store.read = async (key) => {
      if (key.startsWith(`${links}/`)) junk.add(key);
      return await read(key);
    };
    expect(await outcome()).toEqual(['g act due', 1]);
    expect(junk.size).toBeLessThan(210);
  });
});

test('who answers while a run reads is no forger: what he had read is read on', async () => {
  await fixture.say({ ...answer, by: 'tan.mei', highest: cny(1n) });
  const tan = approvalStream(personVoice('finance', { account: accountId, user: 'tan.mei' }), about);
  const { read } = fixture.store;
  let meanwhile: Promise<void> | undefined;
  // Both answer after the run has found the stream of li.wei empty, and before it has read that of tan.mei to its end.
  fixture.store.read = async (key) => {
    if (key === `${tan}/00000001`) {
      meanwhile ??= fixture.say(answer).then(() => fixture.say({ ...answer, by: 'tan.mei' }));
      fixture.store.read = read;
      await meanwhile;
    }
    return await read(key);
  };
  const electorate = { voters: ['li.wei', 'tan.mei'].map((user) => ({ account: accountId, user })), circles: [], links: false };
  const { given, unusable } = await runStoring(fixture.store, readApprovals(about, electorate));
  expect([unusable, given.map(({ by }) => by).sort()]).toEqual([[], ['li.wei', 'tan.mei', 'tan.mei']]);
});
