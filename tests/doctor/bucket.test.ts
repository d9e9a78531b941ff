import { describe, expect, test } from 'vitest';
import { checkBucket } from '../../cli/doctor/bucket.ts';
import type { OssOutcome } from '../../shared/journal/store/oss-client.ts';

const done = (xml: string): OssOutcome => ({ kind: 'done', body: Buffer.from(xml), versionId: undefined, etag: undefined });
const refused = (code: string, status = 404): OssOutcome => ({ kind: 'refused', status, code, text: '', requestId: undefined });

const sound: Readonly<Record<string, OssOutcome>> = {
  acl: done('<AccessControlPolicy><AccessControlList><Grant>private</Grant></AccessControlList></AccessControlPolicy>'),
  encryption: done(
    '<ServerSideEncryptionRule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>KMS</SSEAlgorithm></ApplyServerSideEncryptionByDefault></ServerSideEncryptionRule>',
  ),
  worm: done('<WormConfiguration><State>Locked</State><RetentionPeriodInDays>365</RetentionPeriodInDays></WormConfiguration>'),
};

const checked = (answers: Readonly<Record<string, OssOutcome>>) =>
  checkBucket('oss://acme/prod', { setting: async (name) => ({ ...sound, ...answers })[name] as OssOutcome });

describe('the bucket of a journal', () => {
  test('that is private, encrypts and keeps its records is sound', async () => {
    expect((await checked({})).map(({ state }) => state)).toEqual(['ok', 'ok', 'ok']);
  });

  test.each([
    ['everybody can read', { acl: done('<Grant>public-read</Grant>') }, 0, 'fail', /Everybody can read oss:/],
    ['everybody can write', { acl: done('<Grant>public-read-write</Grant>') }, 0, 'fail', /read and write/],
    ['nothing encrypts', { encryption: refused('NoSuchServerSideEncryptionRule') }, 1, 'warn', /does not encrypt/],
    ['nothing keeps records', { worm: refused('NoSuchWORMConfiguration') }, 2, 'warn', /no retention policy/],
    [
      'a retention policy is not locked',
      { worm: done('<State>InProgress</State><RetentionPeriodInDays>1</RetentionPeriodInDays>') },
      2,
      'warn',
      /not locked yet \(InProgress\)/,
    ],
    ['access may not be read', { acl: refused('AccessDenied', 403) }, 0, 'unknown', /AccessDenied/],
    ['encryption may not be read', { encryption: refused('AccessDenied', 403) }, 1, 'unknown', /AccessDenied/],
    [
      'the bucket does not answer',
      { worm: { kind: 'lost', reason: 'no answer in time', sent: true, cause: undefined } },
      2,
      'unknown',
      /no answer/,
    ],
    ['a page comes instead of a setting', { acl: done('<html></html>') }, 0, 'unknown', /not of the kind/],
  ] as const)('is told of where %s, and the rest is looked at all the same', async (_what, answers, place, state, text) => {
    const findings = await checked(answers as Readonly<Record<string, OssOutcome>>);
    expect(findings.map((finding) => finding.state)).toEqual(['ok', 'ok', 'ok'].with(place, state));
    expect(findings[place]?.text).toMatch(text);
    expect(findings[place]?.todo).toMatch(/\S/);
  });
});
