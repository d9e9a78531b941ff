import { int, matching, text } from '../../schema/schema.ts';
import { answer, needed, readObject, readText } from '../answer.ts';
import { type ClientOptions, createClient } from '../call.ts';
import { Credentials, type CredentialsProvider } from '../credentials.ts';
import { CredentialsError } from '../errors.ts';
import { query } from '../fields.ts';
import { operation } from '../operation.ts';

/** STS AssumeRole, API version 2015-04-01. A read: issuing keys changes nothing, so it may be repeated. */
const assumeRole = operation({
  action: 'AssumeRole',
  group: 'Security Token Service',
  access: 'read',
  effect: 'none',
  ram: { action: 'sts:AssumeRole' },
  params: {
    RoleArn: query(text),
    RoleSessionName: query(matching(/^[\w.@-]{2,64}$/, 'write 2 to 64 of A-Z a-z 0-9 . @ - _')),
    DurationSeconds: query(int(900, 43_200)),
  },
  output: answer({
    Credentials: needed(
      readObject({
        AccessKeyId: needed(readText),
        AccessKeySecret: needed(readText),
        SecurityToken: needed(readText),
        /** ISO 8601 in UTC. */
        Expiration: needed(readText),
      }),
    ),
  }),
});

/** Which role to take on, and as whom. */
export interface AssumeRoleOptions extends Pick<ClientOptions, 'clock' | 'agent' | 'random' | 'timers' | 'onCall'> {
  /** Identity that may assume the role. */
  readonly base: CredentialsProvider;
  /** `acs:ram::<account>:role/<name>`. */
  readonly roleArn: string;
  /** Shown in the account's audit trail: 2 to 64 of `A-Z a-z 0-9 . @ - _`. */
  readonly sessionName: string;
  /** Host or URL of STS. Default: `sts.aliyuncs.com`. */
  readonly endpoint?: string;
  /** Life of the keys in seconds, 900 to 43 200; the role itself may allow less. Default: 3600. */
  readonly durationSeconds?: number;
}

/** Keys are replaced this long before they end; those that live shorter, at half their life. */
const refreshAheadMs = 10 * 60_000;

/** While a replacement fails, the old keys serve until this shortly before their end. */
const lastUseMs = 60_000;

/** Keys of a role, usually in another account. `get` throws CredentialsError `AssumeRoleFailed` when STS refuses or does not answer. */
export function assumeRoleCredentials(options: AssumeRoleOptions): CredentialsProvider {
  const { base, clock, durationSeconds, endpoint, roleArn, sessionName, ...rest } = options;
  const client = createClient({ ...rest, clock, credentials: base, endpoint: endpoint ?? 'sts.aliyuncs.com', version: '2015-04-01' });
  let current: { readonly credentials: Credentials; readonly refreshAtMs: number; readonly endsAtMs: number } | undefined;
  let underWay: Promise<Credentials> | undefined;

  async function fetchKeys(): Promise<Credentials> {
    const askedAtMs = clock.now();
    const input = { RoleArn: roleArn, RoleSessionName: sessionName, DurationSeconds: durationSeconds ?? 3600 };
    const { Credentials: issued } = await client.call(assumeRole, input);
    const expiresAtMs = Date.parse(issued.Expiration);
    const credentials = new Credentials(
      { accessKeyId: issued.AccessKeyId, accessKeySecret: issued.AccessKeySecret, securityToken: issued.SecurityToken, expiresAtMs },
      'The keys that STS issued',
    );
    // An end that cannot be read counts as soon: better one request too many than a signature refused.
    const endsAtMs = Number.isNaN(expiresAtMs) ? askedAtMs + lastUseMs : expiresAtMs;
    const aheadMs = Math.min(refreshAheadMs, (endsAtMs - askedAtMs) / 2);
    current = { credentials, refreshAtMs: endsAtMs - aheadMs, endsAtMs };
    return credentials;
  }

  function renew(): Promise<Credentials> {
    // All callers wait for the same request.
    underWay ??= fetchKeys().finally(() => {
      underWay = undefined;
    });
    return underWay;
  }

  return {
    async get() {
      const held = current;
      if (held && clock.now() < held.refreshAtMs) return held.credentials;
      try {
        return await renew();
      } catch (cause) {
        if (held && held === current && clock.now() < held.endsAtMs - lastUseMs) return held.credentials;
        throw failed(roleArn, cause);
      }
    },
    async refresh() {
      current = undefined;
    },
  };
}

function failed(roleArn: string, cause: unknown): CredentialsError {
  const reason = cause instanceof Error ? cause.message : 'no reason given';
  return new CredentialsError(
    'AssumeRoleFailed',
    `The role ${roleArn} could not be assumed: ${reason} Check the role's name, and that its trust policy names the identity that asks.`,
    { cause },
  );
}
