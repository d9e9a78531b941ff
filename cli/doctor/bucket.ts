import type { OssClient, OssOutcome } from '../../shared/journal/store/oss-client.ts';
import { elementOf } from '../../shared/journal/store/oss-client.ts';
import { type Finding, findingsOf } from './finding.ts';

const { ok, warn, fail, unknown } = findingsOf('store');

/** How a setting of a bucket is read. */
type BucketReader = Pick<OssClient, 'setting'>;

/**
 * Who can read the bucket of the journal, whether what lies in it is encrypted, and whether it is kept: what was ordered, for how much and by whom is
 * in it. Reads three settings and changes none.
 */
export async function checkBucket(name: string, bucket: BucketReader): Promise<readonly Finding[]> {
  return [await checkAccess(name, bucket), await checkEncryption(name, bucket), await checkRetention(name, bucket)];
}

async function checkAccess(name: string, bucket: BucketReader): Promise<Finding> {
  const outcome = await bucket.setting('acl');
  const grant = outcome.kind === 'done' ? elementOf(outcome.body.toString('utf8'), 'Grant') : undefined;
  if (grant === 'private') return ok(`${name} is private`);
  if (grant === undefined) return untold(name, 'who can read it', 'oss:GetBucketAcl', outcome);
  const who = grant === 'public-read' ? 'Everybody can read' : 'Everybody can read and write';
  return fail(
    `${who} ${name}: its access is ${grant}`,
    'Set the access of the bucket to private now, and look who has read or written it.',
  );
}

async function checkEncryption(name: string, bucket: BucketReader): Promise<Finding> {
  const outcome = await bucket.setting('encryption');
  const algorithm = outcome.kind === 'done' ? elementOf(outcome.body.toString('utf8'), 'SSEAlgorithm') : undefined;
  if (algorithm !== undefined) return ok(`${name} encrypts what is put into it (${algorithm})`);
  const none = outcome.kind === 'refused' && outcome.code === 'NoSuchServerSideEncryptionRule';
  if (!none) return untold(name, 'whether it encrypts', 'oss:GetBucketEncryption', outcome);
  return warn(
    `${name} does not encrypt what is put into it`,
    'Switch server-side encryption of the bucket on; the journal needs no change.',
  );
}

async function checkRetention(name: string, bucket: BucketReader): Promise<Finding> {
  const outcome = await bucket.setting('worm');
  const xml = outcome.kind === 'done' ? outcome.body.toString('utf8') : '';
  const days = elementOf(xml, 'RetentionPeriodInDays');
  const state = elementOf(xml, 'State');
  if (days !== undefined && state === 'Locked') return ok(`${name} keeps each record for ${days} days, whoever wants to delete it`);
  const advice =
    'Lock a retention policy (WORM) on the bucket, so that nobody can remove or change what was ordered; without one only journal heads show it.';
  if (days !== undefined) return warn(`the retention policy of ${name} is not locked yet (${state ?? 'no state'})`, advice);
  const none = outcome.kind === 'refused' && outcome.code === 'NoSuchWORMConfiguration';
  return none ? warn(`${name} has no retention policy`, advice) : untold(name, 'whether it keeps records', 'oss:GetBucketWorm', outcome);
}

function untold(name: string, what: string, permission: string, outcome: OssOutcome): Finding {
  const why =
    outcome.kind === 'refused'
      ? outcome.code
      : outcome.kind === 'lost'
        ? outcome.reason
        : 'the answer is not of the kind that was asked for';
  return unknown(
    `${name}: ${what} could not be read (${why})`,
    `Give this identity ${permission} (the policy viewer has it), or look in the console.`,
  );
}
