import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { encodeRecord } from '../../../shared/journal/log/record.ts';
import { verifyJournal } from '../../../shared/journal/log/verify.ts';
import { linkProver, linksBelow, openToken, publicKeyOf } from '../../../shared/journal/people/approval-link.ts';
import { type Approval, approvalStream, linkVoice, readApprovals, recordApproval } from '../../../shared/journal/people/approvals.ts';
import { renewalKey, renewalStream } from '../../../shared/journal/renewals/renewal-record.ts';
import { runStoring } from '../../../shared/journal/store/store-effect.ts';
import { dayMs, minuteMs } from '../../fixtures/times.ts';
import { accountId } from '../renew-before-expiry/renewal-fixture.ts';
import {
  address,
  expiresAtMs,
  installation,
  type LinkFixture,
  linkFixture,
  linkKey,
  otherKey,
  request,
  startMs,
  subject,
  token,
  tokenOf,
} from './link-fixture.ts';

let fixture: LinkFixture;
beforeEach(() => {
  fixture = linkFixture();
});
afterEach(() => fixture.close());

const about = { circle: 'finance', account: accountId, resource: 'aig-1', expiresAtMs };
const stream = approvalStream(linkVoice('finance'), about);
const person = (user: string) => ({ account: accountId, user, userId: user });
const electorate = {
  ...{ voters: [person('li.wei'), person('tan.mei')], circles: ['finance'], links: true },
  proveLink: linkProver({ publicKeys: [publicKeyOf(linkKey)], installation }),
};
const read = () => runStoring(fixture.store, readApprovals(about, electorate));
const given = async (): Promise<readonly Approval[]> => (await read()).given;
/** Somebody answers at the command line. */
async function atDesk(user: string, verdict: 'approve' | 'refuse', more: object = {}) {
  const { target, period, highest, untilMs } = subject;
  const answer = { verdict, by: person(user), target, period, highest, atMs: fixture.nowMs, untilMs, ...more };
  await runStoring(fixture.store, recordApproval(about, user, answer, await read()));
}
async function keys(): Promise<string[]> {
  const found: string[] = [];
  for await (const key of fixture.store.list('')) found.push(key);
  return found;
}

describe('an approval link', () => {
  test('shows the question, and opening it changes nothing, however often and by whatever program', async () => {
    for (let n = 0; n < 3; n++) {
      const { statusCode, headers, body } = await fixture.get({ token: token() });
      expect(statusCode).toBe(200);
      expect(body).toContain('ledger (aig-1)');
      for (const fact of ['2026-12-01 00:00 Asia/Shanghai', '1 Month', '234.00 CNY', 'finance', `name="token" value="${token()}"`]) {
        expect(body).toContain(fact);
      }
      expect(headers).toMatchObject({ 'cache-control': 'no-store', 'x-frame-options': 'DENY', 'x-content-type-options': 'nosniff' });
      expect(headers['content-security-policy']).toMatch(/^default-src 'none'; style-src 'sha256-.{44}'; .*frame-ancestors 'none'$/);
    }
    expect(await keys()).toEqual([]);
  });

  test('writes what was pressed where only links are counted, with the word on why, signed for its place', async () => {
    const { statusCode, body } = await fixture.post({ token: token(), decision: 'approve', because: 'Li: needed\u202e until\r\n May' });
    expect([statusCode, body]).toEqual([200, expect.stringContaining('You approved this renewal')]);
    expect(await read()).toMatchObject({
      unusable: [],
      given: [
        {
          ...{ verdict: 'approve', by: 'finance (link)', person: undefined, target: 'home', highest: subject.highest, atMs: startMs },
          ...{ untilMs: expiresAtMs, because: 'Li: needed until May', source: 'approvals-link', key: `${stream}/00000000` },
        },
      ],
    });
    expect((await verifyJournal(fixture.store)).problems).toEqual([]);
  });

  test('can be used until the order was sent, to change what was answered by it', async () => {
    await fixture.post({ token: token(), decision: 'refuse' });
    fixture.nowMs += 5 * minuteMs;
    const opened = await fixture.get({ token: token() });
    expect(opened).toMatchObject({ statusCode: 200, body: expect.stringContaining('This renewal is refused') });
    expect(opened.body).toContain('What counts now: refused by finance (link)');
    expect(opened.body).toContain('value="approve"');
    expect((await fixture.post({ token: token(), decision: 'approve' })).body).toContain('You approved this renewal');
    // The same question with another name of the resource asks the same.
    expect((await fixture.post({ token: token({ name: 'renamed' }), decision: 'refuse' })).body).toContain('You refused this renewal');
    expect((await given()).map(({ verdict }) => verdict)).toEqual(['refuse', 'approve', 'refuse']);
  });

  test('shows what was answered at the command line, and can change that too', async () => {
    await atDesk('li.wei', 'refuse', { because: 'not ours' });
    const { body } = await fixture.get({ token: token() });
    expect(body).toContain('What counts now: refused by li.wei, because: not ours');
    expect((await fixture.post({ token: token(), decision: 'approve' })).body).toContain('You approved this renewal');
    await atDesk('tan.mei', 'refuse');
    expect((await fixture.get({ token: token() })).body).toContain('What counts now: refused by tan.mei');
    await atDesk('tan.mei', 'approve', { highest: { currency: 'CNY', micros: 100_000_000n } });
    expect((await fixture.get({ token: token() })).body).toContain(
      'pending approval by finance (tan.mei approved up to 100.00 CNY, and it costs 234.00 CNY now)',
    );
  });

  test('pressed by many at once: every page says what counts, and an approval stands behind nothing that was not read', async () => {
    const verdicts = Array.from({ length: 8 }, (_, n) => (n % 2 ? 'approve' : 'refuse'));
    const answers = await Promise.all(verdicts.map((decision) => fixture.post({ token: token(), decision })));
    expect(answers.filter(({ statusCode }) => statusCode === 200).length).toBe((await given()).length);
    expect((await given()).filter(({ verdict }) => verdict === 'refuse')).toHaveLength(4);
    const left = answers.filter(({ statusCode }) => statusCode === 409);
    for (const { body } of left) expect(body).toContain('Nothing was written down: look at what counts now, then decide.');
    expect((await fixture.get({ token: token() })).body).toContain('This renewal is refused');
  });

  test('once the order was sent, the page says so, and takes no answer any more', async () => {
    await fixture.post({ token: token(), decision: 'approve' });
    const claim = {
      ...{ expiry: expiresAtMs / 1000, period: { count: 1, unit: 'Month' }, autoPay: true, price: { currency: 'CNY', micros: '1' } },
      ...{ reservation: 'r', month: '2026-11', token: 't', t: startMs, target: 'home', operation: 'RenewAppInstanceGroup' },
    };
    const record = encodeRecord({ kind: 'claim', atMs: startMs, owner: 'run', prev: null, body: claim });
    await fixture.store.create(renewalKey(renewalStream(accountId, 'aig-1'), 0, 'claim'), record);
    for (const answer of [await fixture.get({ token: token() }), await fixture.post({ token: token(), decision: 'refuse' })]) {
      expect(answer.body).toContain('This renewal was ordered');
      expect(answer.body).toContain('The order was sent on 2026-11-24 12:00 Asia/Shanghai, so no answer changes anything any more.');
      expect(answer.body).not.toContain('<form');
    }
    expect(await given()).toHaveLength(1);
    // Of the next expiry it says nothing.
    expect(
      (await fixture.get({ token: token({ expiresAtMs: expiresAtMs + 30 * dayMs, untilMs: expiresAtMs + 30 * dayMs }) })).body,
    ).toContain('<form');
  });

  test('that somebody has withdrawn approves nothing any more, and still refuses', async () => {
    await fixture.post({ token: token(), decision: 'approve' });
    await atDesk('li.wei', 'refuse', { withdrawsLinks: true });
    const { body } = await fixture.get({ token: token() });
    expect(body).toContain('li.wei has withdrawn the links of this expiry');
    expect(body).not.toContain('value="approve"');
    // A form from before it was withdrawn.
    expect((await fixture.post({ token: token(), decision: 'approve' })).body).toContain('refused by li.wei');
    await atDesk('li.wei', 'approve');
    expect((await fixture.post({ token: token(), decision: 'refuse' })).body).toContain('You refused this renewal');
  });

  test('is the same for the same question, so that a reminder brings no second one', () => {
    const make = linksBelow(address, linkKey, installation);
    expect(make(subject)).toBe(make({ ...subject, period: { ...subject.period } }));
    expect(linksBelow(`${address}?a=b`, linkKey, installation)(subject)).toMatch(/\/decide\?a=b&token=[\w-]+\.[\w-]{43}\.[\w-]{86}$/);
  });

  test('is shorter than 1,000 characters however long the name is, and is none where the other names leave no room', () => {
    const make = linksBelow('https://a.example.com/', linkKey, installation);
    for (const name of ['x'.repeat(5000), '云'.repeat(500), '😀'.repeat(300)]) {
      const text = tokenOf(make({ ...subject, name }) ?? '');
      expect(text.length).toBeLessThan(1000);
      const opened = openToken(text, [publicKeyOf(linkKey)]);
      expect(typeof opened === 'string' ? opened : name.startsWith(opened.subject.name ?? '')).toBe(true);
    }
    expect(make({ ...subject, resource: 'x'.repeat(1000) })).toBeUndefined();
  });

  test('answers HEAD like GET, without a page', async () => {
    const answer = await fixture.raw({ ...request('HEAD'), queryParameters: { token: token() } });
    expect([answer.statusCode, answer.body]).toEqual([200, '']);
  });

  test('goes on while the key is changed: the old one is accepted where it is named', async () => {
    const old = token({}, otherKey);
    expect((await fixture.get({ token: old })).statusCode).toBe(403);
    fixture.close();
    fixture = linkFixture({ environment: { STREAMWARDEN_LINK_PUBLIC_KEY_OLD: publicKeyOf(otherKey) } });
    expect((await fixture.get({ token: old })).statusCode).toBe(200);
    expect((await fixture.get({ token: token() })).statusCode).toBe(200);
  });

  test('shows names as text, whatever is in them', async () => {
    const name = `<script>alert("1")</script>' onload='x`;
    const { body } = await fixture.get({ token: token({ name }) });
    expect(body).not.toMatch(/<script|' onload/);
    expect(body).toContain('&#60;script&#62;');
  });
});

/** A token with another payload before the same key and signature. */
function altered(change: (fields: unknown[]) => void): string {
  const [payload = '', ...rest] = token().split('.');
  const fields = JSON.parse(Buffer.from(payload, 'base64url').toString()) as unknown[];
  change(fields);
  return [Buffer.from(JSON.stringify(fields)).toString('base64url'), ...rest].join('.');
}

const set = (index: number, value: unknown) => altered((fields) => void fields.splice(index, 1, value));
/** A token whose parts are of two questions. */
const mixed = (part: number) => {
  const parts = token().split('.');
  parts.splice(part, 1, token({ resource: 'aig-2' }).split('.')[part] as string);
  return parts.join('.');
};

describe('the one page for links that cannot be used', () => {
  test.each<[string, string, string]>([
    ['no token', '', 'no-token'],
    ['some text', 'hello', 'no-token'],
    ['half a token', token().slice(0, -1), 'no-token'],
    ['a token and more', `${token()}0`, 'no-token'],
    ['a very long one', `${'a'.repeat(5000)}.${'a'.repeat(43)}.${'a'.repeat(86)}`, 'no-token'],
    ['the key of another installation', token({}, otherKey), 'forged'],
    ['another signature', `${token().slice(0, -86)}${'A'.repeat(86)}`, 'forged'],
    ['another question before the key of ours', mixed(0), 'forged'],
    ['the key of another question', mixed(1), 'forged'],
    ['the signature of another question', mixed(2), 'forged'],
    ['another installation below the signature', set(0, 'elsewhere'), 'forged'],
    ['another target below the signature', set(1, 'abroad'), 'forged'],
    ['another account below the signature', set(2, '2'), 'forged'],
    ['another resource below the signature', set(3, 'aig-2'), 'forged'],
    ['another circle below the signature', set(5, 'board'), 'forged'],
    ['another expiry below the signature', set(6, expiresAtMs + dayMs), 'forged'],
    ['a later end below the signature', set(7, expiresAtMs + dayMs), 'forged'],
    ['another period below the signature', set(9, 'Year'), 'forged'],
    ['another price below the signature', set(11, '999000000'), 'forged'],
    ['a link of another installation', token({}, linkKey, 'elsewhere'), 'other-installation'],
    ['another spelling of the payload', token().replace('.', '=.'), 'no-token'],
    ['a link that is over', token({ untilMs: startMs }), 'expired'],
    ['a target that the policy has not', token({ target: 'abroad' }), 'wrong-target'],
    ['a target by a name that all objects have', token({ target: 'constructor' }), 'wrong-target'],
    ['a target of another account', token({ account: '2' }), 'wrong-target'],
    ['a circle that the policy has not', token({ circle: 'board' }), 'links-off'],
    ['a circle by a name that all objects have', token({ circle: '__proto__' }), 'links-off'],
  ])('is shown for %s, opened or posted, and the log says why without the token', async (_name, text, why) => {
    const plain = await fixture.get({});
    for (const answer of [await fixture.get({ token: text }), await fixture.post({ token: text, decision: 'approve' })]) {
      expect(answer).toEqual({ ...plain, statusCode: 403 });
    }
    expect(await keys()).toEqual([]);
    expect(fixture.lines.slice(1)).toMatchObject([
      { event: 'link-refused', why, from: '203.0.113.10' },
      { event: 'link-refused', why },
    ]);
    if (text.length > 8) expect(JSON.stringify(fixture.lines)).not.toContain(text.slice(0, 60));
  });

  test('is shown where no rule of the policy counts links any more', async () => {
    fixture.close();
    fixture = linkFixture({
      rules: '- {name: r, groups: all, consoleAutoRenew: disabled, period: 1 Month, ask: {who: finance, above: 1 CNY}}',
    });
    expect((await fixture.post({ token: token(), decision: 'approve' })).statusCode).toBe(403);
    expect(fixture.lines).toMatchObject([{ why: 'links-off' }]);
  });

  const form = { token: token(), decision: 'approve' };
  test.each<[string, object, (Readonly<Record<string, string>> | string)?]>([
    ['a form of another type', { headers: { 'content-type': 'application/json' } }],
    ['a form without a type', { headers: {} }],
    ['a form that another site sent', { headers: { 'content-type': 'application/x-www-form-urlencoded', 'Sec-Fetch-Site': 'cross-site' } }],
    ['a form of another origin', { headers: { 'content-type': 'application/x-www-form-urlencoded', ORIGIN: 'https://evil.example.com' } }],
    [
      'a form of our own host without TLS',
      { headers: { 'content-type': 'application/x-www-form-urlencoded', origin: 'http://approve.example.com' } },
    ],
    ['a form of a hidden origin', { headers: { 'content-type': 'application/x-www-form-urlencoded', origin: 'null' } }],
    ['a form with two tokens', {}, `token=${token()}&token=${token()}&decision=approve`],
    ['a form with two words', {}, `token=${token()}&decision=approve&decision=refuse`],
    ['a form without a word', {}, { token: token() }],
    ['a form with another word', {}, { token: token(), decision: 'delete' }],
    ['a form whose token is in the address', { queryParameters: { token: token() } }, { decision: 'approve' }],
    ['a request to change', { requestContext: { http: { method: 'PUT' } } }],
  ])('is shown for %s', async (_name, more, fields = form) => {
    expect((await fixture.post(fields, more)).statusCode).toBe(403);
    expect(await keys()).toEqual([]);
  });

  test('is shown for a body that is too large, and for what is no request at all', async () => {
    const plain = await fixture.get({});
    for (const event of [
      { ...request('POST'), body: `token=${'a'.repeat(17_000)}` },
      { ...request('POST'), body: Buffer.alloc(17_000).toString('base64'), isBase64Encoded: true },
      { ...request('POST'), body: '%%%', isBase64Encoded: true },
      { triggerTime: '2026-03-02T00:00:00Z', triggerName: 't' },
      [],
      new Uint8Array(),
    ]) {
      expect(await fixture.raw(event)).toEqual({ ...plain, statusCode: 400 });
    }
  });

  test('the form may come from our own origin, and as base64', async () => {
    const headers = {
      'content-type': 'application/x-www-form-urlencoded; charset=UTF-8',
      origin: 'https://approve.example.com',
      'sec-fetch-site': 'same-origin',
    };
    const body = Buffer.from(new URLSearchParams(form).toString()).toString('base64');
    expect((await fixture.post('', { headers, body, isBase64Encoded: true })).statusCode).toBe(200);
    expect(await given()).toHaveLength(1);
  });
});

describe('a failure on our side', () => {
  test.each<[string, object, string]>([
    ['no key', { STREAMWARDEN_LINK_PUBLIC_KEY: '' }, 'LinkKeyMissing'],
    ['a secret in the place of the public key', { STREAMWARDEN_LINK_PUBLIC_KEY: 'short-and-guessed' }, 'LinkKeyMissing'],
    ['an old key that is none', { STREAMWARDEN_LINK_PUBLIC_KEY_OLD: 'short-and-guessed' }, 'LinkKeyMissing'],
    ['no policy', { FC_FUNC_CODE_PATH: '/nowhere', STREAMWARDEN_STORE: '' }, 'PolicyMissing'],
    ['no store', { STREAMWARDEN_STORE: '' }, 'StoreMissing'],
  ])('%s: a page says that nothing was written, the log says what to do', async (_name, environment, code) => {
    fixture.close();
    fixture = linkFixture({ environment });
    for (const answer of [await fixture.get({ token: token() }), await fixture.post({ token: token(), decision: 'approve' })]) {
      expect(answer).toMatchObject({ statusCode: 503, body: expect.stringContaining('Nothing was written down') });
    }
    expect(fixture.lines).toMatchObject([{ level: 'error', event: 'failed', code }, { code }]);
    expect(JSON.stringify(fixture.lines)).not.toContain('short-and-guessed');
  });

  test('a damaged record among the answers keeps nobody from answering', async () => {
    await fixture.store.create(`${stream}/00000000`, new TextEncoder().encode('{}'));
    expect((await fixture.post({ token: token(), decision: 'approve' })).body).toContain('You approved this renewal');
    expect(await read()).toMatchObject({ given: [{ verdict: 'approve', sequence: 1 }], unusable: [{ code: 'unreadable' }] });
  });

  test('a stream of renewals that cannot be read: whether it was ordered is not known, so nothing is written', async () => {
    await fixture.store.create(renewalKey(renewalStream(accountId, 'aig-1'), 0, 'claim'), new TextEncoder().encode('{}'));
    expect((await fixture.post({ token: token(), decision: 'approve' })).statusCode).toBe(503);
    expect(await given()).toEqual([]);
  });

  test('told to observe it writes nothing and says so', async () => {
    fixture.close();
    fixture = linkFixture({ environment: { STREAMWARDEN_OBSERVE: 'true' } });
    expect(await fixture.post({ token: token(), decision: 'approve' })).toMatchObject({ statusCode: 409 });
    expect(await keys()).toEqual([]);
  });
});

test('the token of a link is what its address carries', () =>
  expect(tokenOf(linksBelow(address, linkKey, installation)(subject) ?? '')).toBe(token()));
