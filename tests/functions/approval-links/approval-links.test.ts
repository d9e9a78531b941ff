import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { linksBelow } from '../../../shared/engine/renewals/approval-link.ts';
import { approvalStream, readApprovals } from '../../../shared/journal/approvals.ts';
import { runStoring } from '../../../shared/journal/store-effect.ts';
import { verifyJournal } from '../../../shared/journal/verify.ts';
import { accountId, days, minutes } from '../../e2e/renewals-bench.ts';
import {
  address,
  expiresAtMs,
  type LinkBench,
  linkBench,
  linkKey,
  otherKey,
  request,
  startMs,
  subject,
  token,
  tokenOf,
} from './link-bench.ts';

let bench: LinkBench;
beforeEach(() => {
  bench = linkBench();
});
afterEach(() => bench.close());

const about = { circle: 'finance', account: accountId, resource: 'aig-1', expiresAtMs };
const words = (links = true) => runStoring(bench.store, readApprovals(about, links));
async function keys(): Promise<string[]> {
  const found: string[] = [];
  for await (const key of bench.store.list('')) found.push(key);
  return found;
}

describe('an approval link', () => {
  test('shows the question, and opening it changes nothing, however often and by whatever program', async () => {
    for (let n = 0; n < 3; n++) {
      const { statusCode, headers, body } = await bench.get({ token: token() });
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

  test('writes the word that was pressed where only links are counted, with the word on why', async () => {
    const { statusCode, body } = await bench.post({ token: token(), decision: 'approve', because: 'Li: needed\u202e until\r\n May' });
    expect([statusCode, body]).toEqual([200, expect.stringContaining('You have approved it')]);
    expect(await words(false)).toEqual([]);
    expect(await words()).toEqual([
      {
        ...{ verdict: 'approve', by: 'finance (link)', target: 'home', period: { count: 1, unit: 'Month' }, highest: subject.highest },
        ...{ atMs: startMs, untilMs: expiresAtMs, because: 'Li: needed until May', source: 'approvals-link', key: expect.any(String) },
      },
    ]);
    expect((await verifyJournal(bench.store)).problems).toEqual([]);
  });

  test('is used once: pressed again, it says what was decided, and changes nothing', async () => {
    await bench.post({ token: token(), decision: 'refuse' });
    bench.nowMs += 5 * minutes;
    for (const answer of [
      await bench.post({ token: token(), decision: 'approve' }),
      await bench.get({ token: token() }),
      // The same question with another name of the resource is the same link still.
      await bench.post({ token: token({ name: 'renamed' }), decision: 'approve' }),
    ]) {
      expect(answer).toMatchObject({ statusCode: 200, body: expect.stringContaining('It has been refused') });
      expect(answer.body).toContain('2026-11-24 12:00 Asia/Shanghai');
    }
    expect(await words()).toMatchObject([{ verdict: 'refuse' }]);
  });

  test('is used once by all who press at the same time', async () => {
    const verdicts = Array.from({ length: 8 }, (_, n) => (n % 2 ? 'approve' : 'refuse'));
    const answers = await Promise.all(verdicts.map((decision) => bench.post({ token: token(), decision })));
    expect(answers.filter(({ body }) => body.includes('You have'))).toHaveLength(1);
    expect(await words()).toHaveLength(1);
  });

  test('of a dearer price is another link, and the later word overrules', async () => {
    const dearer = { highest: { currency: 'CNY', micros: 300_000_000n } };
    await bench.post({ token: token(), decision: 'approve' });
    bench.nowMs += minutes;
    await bench.post({ token: token(dearer), decision: 'refuse' });
    expect((await words()).map(({ verdict, highest }) => [verdict, highest.micros])).toEqual([
      ['approve', 234_000_000n],
      ['refuse', 300_000_000n],
    ]);
  });

  test('is the same for the same question, so that a reminder brings no second one', () => {
    expect(linksBelow(address, linkKey)(subject)).toBe(linksBelow(address, linkKey)({ ...subject, period: { ...subject.period } }));
    expect(linksBelow(`${address}?a=b`, linkKey)(subject)).toMatch(/\/decide\?a=b&token=[\w-]+\.[0-9a-f]{8}\.[0-9a-f]{64}$/);
  });

  test('answers HEAD like GET, without a page', async () => {
    const answer = await bench.raw({ ...request('HEAD'), queryParameters: { token: token() } });
    expect([answer.statusCode, answer.body]).toEqual([200, '']);
  });

  test('goes on while the key is changed: the old one is accepted where it is named', async () => {
    const old = token({}, otherKey);
    expect((await bench.get({ token: old })).statusCode).toBe(403);
    bench.close();
    bench = linkBench({ environment: { STREAMWARDEN_LINK_KEY_OLD: otherKey } });
    expect((await bench.get({ token: old })).statusCode).toBe(200);
    expect((await bench.get({ token: token() })).statusCode).toBe(200);
  });

  test('shows names as text, whatever is in them', async () => {
    const name = `<script>alert("1")</script>' onload='x`;
    const { body } = await bench.get({ token: token({ name }) });
    expect(body).not.toMatch(/<script|' onload/);
    expect(body).toContain('&#60;script&#62;');
  });
});

/** A token with another payload below the same signature. */
function altered(change: (fields: unknown[]) => void): string {
  const [payload = '', keyId, signature] = token().split('.');
  const fields = JSON.parse(Buffer.from(payload, 'base64url').toString()) as unknown[];
  change(fields);
  return `${Buffer.from(JSON.stringify(fields)).toString('base64url')}.${keyId}.${signature}`;
}

const set = (index: number, value: unknown) => altered((fields) => void fields.splice(index, 1, value));

describe('the one page for links that cannot be used', () => {
  test.each<[string, string, string]>([
    ['no token', '', 'no-token'],
    ['some text', 'hello', 'no-token'],
    ['half a token', token().slice(0, -1), 'no-token'],
    ['a token and more', `${token()}0`, 'no-token'],
    ['a very long one', `${'a'.repeat(5000)}.${'0'.repeat(8)}.${'0'.repeat(64)}`, 'no-token'],
    ['another key', token({}, otherKey), 'unknown-key'],
    ['another signature', `${token().slice(0, -64)}${'0'.repeat(64)}`, 'forged'],
    ['another target below the signature', set(0, 'abroad'), 'forged'],
    ['another account below the signature', set(1, '2'), 'forged'],
    ['another resource below the signature', set(2, 'aig-2'), 'forged'],
    ['another expiry below the signature', set(5, expiresAtMs + days), 'forged'],
    ['a later end below the signature', set(6, expiresAtMs + days), 'forged'],
    ['another period below the signature', set(8, 'Year'), 'forged'],
    ['another price below the signature', set(10, '999000000'), 'forged'],
    ['another spelling of the payload', token().replace('.', '=.'), 'no-token'],
    ['a link that is over', token({ untilMs: startMs }), 'expired'],
    ['a target that the policy has not', token({ target: 'abroad' }), 'wrong-target'],
    ['a target by a name that all objects have', token({ target: 'constructor' }), 'wrong-target'],
    ['a target of another account', token({ account: '2' }), 'wrong-target'],
    ['a circle that the policy has not', token({ circle: 'board' }), 'links-off'],
    ['a circle by a name that all objects have', token({ circle: '__proto__' }), 'links-off'],
  ])('is shown for %s, opened or posted, and the log says why without the token', async (_name, text, why) => {
    const plain = await bench.get({});
    for (const answer of [await bench.get({ token: text }), await bench.post({ token: text, decision: 'approve' })]) {
      expect(answer).toEqual({ ...plain, statusCode: 403 });
    }
    expect(await keys()).toEqual([]);
    expect(bench.lines.slice(1)).toMatchObject([
      { event: 'link-refused', why, from: '203.0.113.10' },
      { event: 'link-refused', why },
    ]);
    if (text.length > 8) expect(JSON.stringify(bench.lines)).not.toContain(text.slice(0, 60));
  });

  test('is shown where no rule of the policy counts links any more', async () => {
    bench.close();
    bench = linkBench({
      rules: '- {name: r, groups: all, consoleAutoRenew: disabled, period: 1 Month, ask: {who: finance, above: 1 CNY}}',
    });
    expect((await bench.post({ token: token(), decision: 'approve' })).statusCode).toBe(403);
    expect(bench.lines).toMatchObject([{ why: 'links-off' }]);
  });

  const form = { token: token(), decision: 'approve' };
  test.each<[string, object, (Readonly<Record<string, string>> | string)?]>([
    ['a form of another type', { headers: { 'content-type': 'application/json' } }],
    ['a form without a type', { headers: {} }],
    ['a form that another site sent', { headers: { 'content-type': 'application/x-www-form-urlencoded', 'Sec-Fetch-Site': 'cross-site' } }],
    ['a form of another origin', { headers: { 'content-type': 'application/x-www-form-urlencoded', ORIGIN: 'https://evil.example.com' } }],
    ['a form of a hidden origin', { headers: { 'content-type': 'application/x-www-form-urlencoded', origin: 'null' } }],
    ['a form with two tokens', {}, `token=${token()}&token=${token()}&decision=approve`],
    ['a form with two words', {}, `token=${token()}&decision=approve&decision=refuse`],
    ['a form without a word', {}, { token: token() }],
    ['a form with another word', {}, { token: token(), decision: 'delete' }],
    ['a form whose token is in the address', { queryParameters: { token: token() } }, { decision: 'approve' }],
    ['a request to change', { requestContext: { http: { method: 'PUT' } } }],
  ])('is shown for %s', async (_name, more, fields = form) => {
    expect((await bench.post(fields, more)).statusCode).toBe(403);
    expect(await keys()).toEqual([]);
  });

  test('is shown for a body that is too large, and for what is no request at all', async () => {
    const plain = await bench.get({});
    for (const event of [
      { ...request('POST'), body: `token=${'a'.repeat(17_000)}` },
      { ...request('POST'), body: Buffer.alloc(17_000).toString('base64'), isBase64Encoded: true },
      { ...request('POST'), body: '%%%', isBase64Encoded: true },
      { triggerTime: '2026-03-02T00:00:00Z', triggerName: 't' },
      [],
      new Uint8Array(),
    ]) {
      expect(await bench.raw(event)).toEqual({ ...plain, statusCode: 400 });
    }
  });

  test('the form may come from our own origin, and as base64', async () => {
    const headers = {
      'content-type': 'application/x-www-form-urlencoded; charset=UTF-8',
      origin: 'https://approve.example.com',
      'sec-fetch-site': 'same-origin',
    };
    const body = Buffer.from(new URLSearchParams(form).toString()).toString('base64');
    expect((await bench.post('', { headers, body, isBase64Encoded: true })).statusCode).toBe(200);
    expect(await words()).toHaveLength(1);
  });
});

describe('a failure on our side', () => {
  test.each<[string, object, string]>([
    ['no key', { STREAMWARDEN_LINK_KEY: '' }, 'LinkKeyMissing'],
    ['a short key', { STREAMWARDEN_LINK_KEY: 'short-and-guessed' }, 'LinkKeyMissing'],
    ['a short old key', { STREAMWARDEN_LINK_KEY_OLD: 'short-and-guessed' }, 'LinkKeyMissing'],
    ['no policy', { FC_FUNC_CODE_PATH: '/nowhere', STREAMWARDEN_STORE: '' }, 'PolicyMissing'],
    ['no store', { STREAMWARDEN_STORE: '' }, 'StoreMissing'],
  ])('%s: a page says that nothing was written, the log says what to do', async (_name, environment, code) => {
    bench.close();
    bench = linkBench({ environment });
    for (const answer of [await bench.get({ token: token() }), await bench.post({ token: token(), decision: 'approve' })]) {
      expect(answer).toMatchObject({ statusCode: 503, body: expect.stringContaining('Nothing was written down') });
    }
    expect(bench.lines).toMatchObject([{ level: 'error', event: 'failed', code }, { code }]);
    expect(JSON.stringify(bench.lines)).not.toContain('short-and-guessed');
  });

  test('a journal that was changed: nothing is written behind it', async () => {
    await bench.store.create(`${approvalStream(about, 'approvals-link')}/00000000`, new TextEncoder().encode('{}'));
    expect((await bench.post({ token: token(), decision: 'approve' })).statusCode).toBe(503);
    expect(await keys()).toHaveLength(1);
  });

  test('told to observe it writes nothing and says so', async () => {
    bench.close();
    bench = linkBench({ environment: { STREAMWARDEN_OBSERVE: 'true' } });
    expect(await bench.post({ token: token(), decision: 'approve' })).toMatchObject({ statusCode: 409 });
    expect(await keys()).toEqual([]);
  });
});

test('the token of a link is what its address carries', () => expect(tokenOf(linksBelow(address, linkKey)(subject))).toBe(token()));
