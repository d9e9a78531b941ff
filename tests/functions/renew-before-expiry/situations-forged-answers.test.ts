import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { encodeRecord, linkOf, parseRecord } from '../../../shared/journal/log/record.ts';
import {
  installationOf,
  type LinkSubject,
  linksBelow,
  openToken,
  publicKeyOf,
  tokenField,
} from '../../../shared/journal/people/approval-link.ts';
import { type ApprovalSubject, approvalStream, linkVoice, noAnswers, personVoice } from '../../../shared/journal/people/approvals.ts';
import { recordLinkAnswer } from '../../../shared/journal/people/link-approvals.ts';
import { runStoring } from '../../../shared/journal/store/store-effect.ts';
import { cny } from '../../fixtures/money.ts';
import { hourMs } from '../../fixtures/times.ts';
import { memoryStore } from '../../journal/memory-store.ts';
import { accountId, dearer, linkSecret, orders, policyText, type RenewalFixture, renewalFixture, verdicts } from './renewal-fixture.ts';

const start = '2026-11-24T12:00:00+08:00';
const expiresAt = '2026-11-30T00:00:00+08:00';
const expiresAtMs = Date.parse(expiresAt);
const rule = (links: boolean) =>
  `- {name: r, groups: all, consoleAutoRenew: disabled, period: 1 Month, autoPay: true, ask: {who: finance, above: 1 CNY, links: ${links}}}`;
const group = (id: string) => ({ id, name: 'ledger', region: 'cn-hangzhou', charge: 'PrePaid' as const, expiresAt });
const about: ApprovalSubject = { circle: 'finance', account: accountId, resource: 'g', expiresAtMs };
const question: LinkSubject = { ...about, target: 'home', untilMs: expiresAtMs, period: { count: 1, unit: 'Month' }, highest: cny(300n) };
const links = approvalStream(linkVoice('finance'), about);

let fixture: RenewalFixture;
const price = { percent: 100n };
beforeEach(async () => {
  price.percent = 100n;
  fixture = await renewalFixture({ start, groups: [group('g')] }, policyText(rule(true)), { handlers: dearer(price) });
});
afterEach(() => fixture.close());

/** What an approver who has a link could sign: of this question, or of one that differs. */
function opened(more: Partial<LinkSubject> = {}, secret = linkSecret, place = installationOf(fixture.store.name)) {
  const link = linksBelow('https://approve.example.com/', secret, place)({ ...question, ...more }) ?? '';
  const token = openToken(new URL(link).searchParams.get(tokenField) ?? '', [publicKeyOf(secret)]);
  if (typeof token === 'string') throw new Error(token);
  return token;
}

/** The body of an answer that somebody pressed on the page of a link, as the program writes it. */
async function genuine(
  verdict: 'approve' | 'refuse' = 'approve',
  more: Partial<LinkSubject> = {},
  by = opened(more),
): Promise<Record<string, unknown>> {
  const store = memoryStore();
  const { target, period, highest } = { ...question, ...more };
  const answer = { verdict, target, period, highest, atMs: Date.parse(start), untilMs: expiresAtMs, because: undefined };
  await runStoring(store, recordLinkAnswer(about, 'x', answer, by, noAnswers));
  const [[key, bytes]] = [...store.records] as [[string, Uint8Array]];
  return { ...parseRecord(key, bytes).body };
}

/** Puts a record where nobody but a role that writes everything under a prefix can, without the program. */
async function put(stream: string, body: object, { sequence = 0, atMs = Date.parse(start) } = {}) {
  const before = fixture.store.records.get(`${stream}/${String(sequence - 1).padStart(8, '0')}`);
  const record = { kind: 'approval', atMs, owner: 'x', prev: before ? linkOf(before) : null, body: body as Record<string, unknown> };
  await fixture.store.create(`${stream}/${String(sequence).padStart(8, '0')}`, encodeRecord(record));
}

async function outcome() {
  const report = await fixture.run();
  return [verdicts(report)[0], orders(fixture).length, report.warnings.filter(({ code }) => code === 'answer-unusable').length];
}

describe('whoever may write below approvals-link/ and has no link', () => {
  test('the answer of somebody who had the link counts, so that what follows is refused for its own sake', async () => {
    await put(links, await genuine());
    expect(await outcome()).toEqual(['g act due', 1, 0]);
  });

  const proof = { payload: 'a', key: 'a', issued: 'a', signature: 'a' };
  test.each<[string, () => Promise<object>]>([
    ['without any proof', async () => ({ ...(await genuine()), link: undefined, by: { account: accountId, user: 'li.wei', userId: '1' } })],
    ['with a proof that is made up', async () => ({ ...(await genuine()), link: proof })],
    ['of a question that he signed himself', async () => genuine('approve', {}, opened({}, 'another-secret-that-is-long-enough-too-123'))],
    ['of a question of another installation', async () => genuine('approve', {}, opened({}, linkSecret, 'elsewhere'))],
    ['of a question about another resource', async () => genuine('approve', { resource: 'h' })],
    ['of a question about another account', async () => genuine('approve', { account: '2000000000000002' })],
    ['of a question about another expiry', async () => genuine('approve', { expiresAtMs: expiresAtMs + 86_400_000 })],
    ['of a question to another circle', async () => genuine('approve', { circle: 'board' })],
    ['that was a refusal', async () => ({ ...(await genuine('refuse')), verdict: 'approve' })],
    ['with a price that was changed', async () => ({ ...(await genuine()), highest: { currency: 'CNY', micros: '999000000' } })],
    ['in a currency that was changed', async () => ({ ...(await genuine()), highest: { currency: 'USD', micros: '300000000' } })],
    ['with a target that was changed', async () => ({ ...(await genuine()), target: 'second' })],
    ['with a period that was changed', async () => ({ ...(await genuine()), period: { count: 1, unit: 'Year' } })],
    ['with an end that was changed', async () => ({ ...(await genuine()), until: '2099-01-01T00:00:00.000Z' })],
    [
      'with what was seen changed',
      async () => ({ ...(await genuine()), seen: { [personVoice('finance', { account: accountId, user: 'li.wei' })]: 0 } }),
    ],
    ['with a reason that was changed', async () => ({ ...(await genuine()), because: 'the boss says so' })],
    [
      'with the proof of another question',
      async () => ({ ...(await genuine()), link: (await genuine('approve', { highest: cny(299n) }))['link'] }),
    ],
    [
      'with the key of another question',
      async () => {
        const [one, other] = [await genuine(), (await genuine('approve', { highest: cny(299n) }))['link'] as { key: string }];
        return { ...one, link: { ...(one['link'] as object), key: other.key } };
      },
    ],
  ])('approves nothing by a record %s, and it is told', async (_name, body) => {
    await put(links, await body());
    expect(await outcome()).toEqual(['g hold needs-approval', 0, 1]);
    const told = fixture.messages.filter(({ title }) => title.startsWith('An answer about ledger (g)'));
    expect(told.map(({ channel, severity }) => `${channel} ${severity}`).sort()).toEqual(['money critical', 'oncall critical']);
    expect(told[0]?.text).toContain(`${links}/00000000`);
  });

  test('cannot replay an old answer at a new place, to undo what was answered since', async () => {
    const approval = await genuine();
    await put(links, approval);
    await fixture.say({ resource: 'g', expiresAtMs, highest: cny(300n), verdict: 'refuse', source: 'approvals-link' });
    await put(links, approval, { sequence: 2 });
    expect(await outcome()).toEqual(['g hold refused', 0, 1]);
  });

  test('cannot put an answer at another time', async () => {
    await put(links, await genuine(), { atMs: Date.parse(start) + hourMs });
    expect(await outcome()).toEqual(['g hold needs-approval', 0, 1]);
  });

  test('cannot refuse what was approved at the command line, nor by a link', async () => {
    await fixture.say({ resource: 'g', expiresAtMs, highest: cny(300n) });
    await put(links, { ...(await genuine()), verdict: 'refuse' });
    expect(await outcome()).toEqual(['g act due', 1, 1]);
  });

  test('cannot hold by a damaged record what was approved at the command line, nor by a link', async () => {
    for (const source of ['approvals', 'approvals-link'] as const) {
      const other = await renewalFixture({ start, groups: [group('g')] }, policyText(rule(true)));
      await other.store.create(`${links}/00000000`, new TextEncoder().encode('{}'));
      await other.say({ resource: 'g', expiresAtMs, highest: cny(300n), source });
      expect([source, verdicts(await other.run())]).toEqual([source, ['g act due']]);
      expect(orders(other)).toHaveLength(1);
      await other.close();
    }
  });
});

describe('somebody who has a link signs more than was asked by it', () => {
  // All of these say what `question` says: a month on home, up to 300 CNY, until the expiry.
  test.each<[string, Partial<LinkSubject>, string, number]>([
    ['another target', { target: 'second' }, 'g hold needs-approval', 1],
    ['another period', { period: { count: 1, unit: 'Week' } }, 'g hold needs-approval', 1],
    ['another currency', { highest: { currency: 'USD', micros: 300_000_000n } }, 'g hold needs-approval', 1],
    ['a lower price', { highest: cny(200n) }, 'g hold approval-too-low', 0],
    ['a shorter time', { untilMs: Date.parse(start) + hourMs }, 'g hold approval-over', 0],
  ])('of a question about %s: it counts for no more than that', async (_name, asked, verdict, unusable) => {
    await put(links, await genuine('approve', {}, opened(asked)));
    fixture.simulator.advance(2 * hourMs);
    expect(await outcome()).toEqual([verdict, 0, unusable]);
  });
});

test('an answer by link overrules no refusal that its writer had not read, though somebody changes what it had seen', async () => {
  await fixture.say({ resource: 'g', expiresAtMs, highest: cny(300n), verdict: 'refuse' });
  const seen = { [personVoice('finance', { account: accountId, user: 'li.wei' })]: 0 };
  await put(links, { ...(await genuine()), seen });
  expect(await outcome()).toEqual(['g hold refused', 0, 1]);
});

describe('whoever may write below the prefix of one person', () => {
  const li = approvalStream(personVoice('finance', { account: accountId, user: 'li.wei' }), about);
  const body = (user: string, account = accountId) => ({
    ...{ verdict: 'approve', by: { account, user, userId: '1' }, target: 'home', period: { count: 1, unit: 'Month' }, seen: {} },
    ...{ highest: { currency: 'CNY', micros: '300000000' }, until: '2099-01-01T00:00:00.000Z' },
  });

  test.each([
    ['in the name of another', body('tan.mei')],
    ['in the name of a namesake of another account', body('li.wei', '2000000000000002')],
    ['in the old form, with a bare name', { ...body('li.wei'), by: 'li.wei' }],
  ])('answers nothing %s', async (_name, forged) => {
    await put(li, forged);
    expect(await outcome()).toEqual(['g hold needs-approval', 0, 1]);
  });

  test('cannot answer for another resource, account or expiry by a record that lies elsewhere', async () => {
    for (const other of [{ resource: 'h' }, { account: '2000000000000002' }, { expiresAtMs: expiresAtMs + 1000 }]) {
      await put(approvalStream(personVoice('finance', { account: accountId, user: 'li.wei' }), { ...about, ...other }), body('li.wei'));
    }
    expect(await outcome()).toEqual(['g hold needs-approval', 0, 0]);
  });

  test('keeps nobody else from answering by a damaged record, and answers again behind it', async () => {
    await fixture.store.create(`${li}/00000000`, new TextEncoder().encode('{}'));
    await fixture.say({ resource: 'g', expiresAtMs, highest: cny(300n), by: 'tan.mei' });
    expect(await outcome()).toEqual(['g act due', 1, 1]);
  });
});

test('a person of the approvers’ names from another account is no approver', async () => {
  await fixture.say({ resource: 'g', expiresAtMs, highest: cny(300n), by: 'li.wei@2000000000000002' });
  expect(await outcome()).toEqual(['g hold needs-approval', 0, 0]);
});

test('an answer by link to a question whose price rose since is too low, and one is asked again', async () => {
  await put(links, await genuine('approve', { highest: cny(240n) }));
  price.percent = 110n;
  expect(await outcome()).toEqual(['g hold approval-too-low', 0, 0]);
});

test('answers by link count only where the rule says so, and only while their key is in use', async () => {
  await put(links, await genuine());
  const off = await renewalFixture({ start, groups: [group('g')] }, policyText(rule(false)), { store: fixture.store });
  expect(verdicts(await off.run())).toEqual(['g hold needs-approval']);
  await off.close();
  // Who knows no key spends nothing on an approval, and does not spend against a refusal.
  const unknown = await fixture.run('apply', { proveLink: undefined });
  expect([verdicts(unknown), unknown.warnings.map(({ code }) => code)]).toEqual([['g hold needs-approval'], ['answer-unusable']]);
  await fixture.say({ resource: 'g', expiresAtMs, highest: cny(300n), verdict: 'refuse', source: 'approvals-link' });
  expect(verdicts(await fixture.run('apply', { proveLink: undefined }))).toEqual(['g hold refused']);
});

test('an approval and a refusal at the same time: the refusal counts, and both people are told, once', async () => {
  for (const [first, second] of [
    ['approve', 'refuse'],
    ['refuse', 'approve'],
  ] as const) {
    const other = await renewalFixture({ start, groups: [group('g')] }, policyText(rule(true)));
    await other.say({ resource: 'g', expiresAtMs, highest: cny(300n), verdict: first, blind: true });
    await other.say({ resource: 'g', expiresAtMs, highest: cny(300n), verdict: second, blind: true, source: 'approvals-link' });
    const report = await other.run();
    await other.run();
    expect([verdicts(report), orders(other).length]).toEqual([['g hold refused'], 0]);
    const told = other.messages.filter(({ title }) => title.includes('at the same time'));
    expect(told).toHaveLength(1);
    expect(told[0]?.title).toMatch(
      /^(li\.wei approved and finance \(link\) refused|finance \(link\) approved and li\.wei refused) ledger \(g\)/,
    );
    // Whoever looks again settles it.
    await other.say({ resource: 'g', expiresAtMs, highest: cny(300n), by: 'tan.mei' });
    expect(verdicts(await other.run())).toEqual(['g act due']);
    await other.close();
  }
});

test('the circle that is asked changes: what its members had answered to another question counts, what others had does not', async () => {
  const sections = (who: string, circles: string) =>
    policyText(rule(true).replace('who: finance', `who: ${who}`)).replace(
      'approvers: {finance: [li.wei, tan.mei]}',
      `approvers: ${circles}`,
    );
  await fixture.say({ resource: 'g', expiresAtMs, highest: cny(300n), verdict: 'refuse', by: 'tan.mei' });
  await fixture.say({ resource: 'g', expiresAtMs, highest: cny(300n), by: 'li.wei' });
  for (const [board, verdict] of [
    ['[boss]', 'g hold needs-approval'],
    ['[tan.mei, boss]', 'g hold refused'],
    ['[tan.mei, li.wei]', 'g act due'],
  ]) {
    const other = await renewalFixture(
      { start, groups: [group('g')] },
      sections('board', `{finance: [li.wei, tan.mei], board: ${board}}`),
      {
        store: fixture.store,
      },
    );
    expect([board, verdicts(await other.run('plan'))]).toEqual([board, [verdict]]);
    await other.close();
  }
});

test('approvers of a stated account answer for every target, and names of other accounts are others', async () => {
  const text = policyText(rule(true)).replace(
    'approvers: {finance: [li.wei, tan.mei]}',
    'approvers: {finance: [li.wei, "tan.mei@3000000000000003"]}\napproversAccount: "2000000000000002"',
  );
  for (const [by, verdict] of [
    ['li.wei', 'g hold needs-approval'],
    ['tan.mei@2000000000000002', 'g hold needs-approval'],
    ['li.wei@2000000000000002', 'g act due'],
    ['tan.mei@3000000000000003', 'g act due'],
  ] as const) {
    const other = await renewalFixture({ start, groups: [group('g')] }, text);
    await other.say({ resource: 'g', expiresAtMs, highest: cny(300n), by });
    expect([by, verdicts(await other.run())]).toEqual([by, [verdict]]);
    await other.close();
  }
});
