import { createHash } from 'node:crypto';
import type { Envelope } from './authenticate.ts';
import { GatewayError, missing } from './gateway-error.ts';
import { isSession } from './keys.ts';
import type { Service, ServiceCall } from './service.ts';
import { parameterOf } from './wire.ts';

/** Version of the Security Token Service. */
const stsVersion = '2015-04-01';

const roleArn = /^acs:ram::(\d+):role\/([A-Za-z0-9_.-]{1,64})$/i;
const sessionName = /^[A-Za-z0-9.@_-]{2,64}$/;
const shortestSeconds = 900;
const longestSeconds = 43_200;
const defaultSeconds = 3600;

interface AssumeRoleInput {
  readonly RoleArn: string;
  readonly RoleSessionName: string;
  readonly DurationSeconds: number;
}

/**
 * STS as far as a caller of App Streaming needs it: AssumeRole and GetCallerIdentity. Any role of an account of the world can be
 * assumed by any key; a `deny` fault on AssumeRole stands for a trust policy that refuses.
 */
export const sts: Service = {
  version: stsVersion,
  find(action) {
    if (action === 'AssumeRole') return assumeRole;
    if (action === 'GetCallerIdentity') return getCallerIdentity;
    return undefined;
  },
};

/** Each RAM user of each account has an id of its own: 18 digits, the same for the same name. */
function userIdOf(accountId: string, user: string): string {
  const digest = createHash('sha256').update(`${accountId}/${user}`).digest().readBigUInt64BE() % 10n ** 17n;
  return `2${digest.toString().padStart(17, '0')}`;
}

const assumeRole: ServiceCall = {
  action: 'AssumeRole',
  access: 'write',
  ramAction: 'sts:AssumeRole',
  audited: false,
  parse(envelope): Record<string, unknown> {
    const arn = needed(envelope, 'RoleArn');
    if (!roleArn.test(arn)) throw invalidSts('RoleArn', 'The parameter RoleArn is wrongly formed.');
    const name = needed(envelope, 'RoleSessionName');
    if (!sessionName.test(name)) throw invalidSts('RoleSessionName', 'The parameter RoleSessionName is wrongly formed.');
    const given = parameterOf(envelope, 'DurationSeconds');
    const seconds = given === undefined ? defaultSeconds : Number(given);
    if (!Number.isInteger(seconds) || seconds < shortestSeconds || seconds > longestSeconds) {
      throw invalidSts('DurationSeconds', `The Min/Max value of DurationSeconds is ${shortestSeconds} and ${longestSeconds}.`);
    }
    return { RoleArn: arn, RoleSessionName: name, DurationSeconds: seconds } satisfies AssumeRoleInput;
  },
  run(input, { world, keys, gatewayNowMs }) {
    const { RoleArn, RoleSessionName, DurationSeconds } = input as unknown as AssumeRoleInput;
    const [, accountId = '', role = ''] = roleArn.exec(RoleArn) ?? [];
    if (!world.accounts.has(accountId)) throw new GatewayError('EntityNotExist.Role', `The role not exists: ${RoleArn}.`, 404);
    const key = keys.issue(accountId, role, RoleSessionName, gatewayNowMs, DurationSeconds * 1000);
    return {
      AssumedRoleUser: {
        Arn: `acs:ram::${accountId}:assumed-role/${role}/${RoleSessionName}`,
        AssumedRoleId: `3${accountId}:${RoleSessionName}`,
      },
      Credentials: {
        AccessKeyId: key.accessKeyId,
        AccessKeySecret: key.accessKeySecret,
        SecurityToken: key.securityToken,
        Expiration: `${new Date(key.expiresAtMs).toISOString().slice(0, 19)}Z`,
      },
    };
  },
};

const getCallerIdentity: ServiceCall = {
  action: 'GetCallerIdentity',
  access: 'read',
  ramAction: 'sts:GetCallerIdentity',
  audited: false,
  parse: () => ({}),
  run(_input, { key }) {
    const AccountId = key.accountId;
    if (isSession(key)) {
      return {
        IdentityType: 'AssumedRoleUser',
        AccountId,
        RoleId: `3${AccountId}`,
        PrincipalId: `3${AccountId}:${key.session}`,
        Arn: `acs:ram::${AccountId}:assumed-role/${key.role}/${key.session}`,
      };
    }
    const user = key.user ?? 'simulator';
    return {
      IdentityType: 'RAMUser',
      AccountId,
      UserId: userIdOf(AccountId, user),
      PrincipalId: userIdOf(AccountId, user),
      Arn: `acs:ram::${AccountId}:user/${user}`,
    };
  },
};

function needed(envelope: Envelope, name: string): string {
  const value = parameterOf(envelope, name);
  if (!value) throw missing(name);
  return value;
}

function invalidSts(name: string, message: string): GatewayError {
  return new GatewayError(`InvalidParameter.${name}`, message);
}
