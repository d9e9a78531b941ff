/** One statement of a RAM policy. */
export interface Statement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
}

/** A RAM policy, as it is pasted into the console. */
export interface PolicyDocument {
  readonly Version: '1';
  readonly Statement: readonly Statement[];
}

/** Who may take on a role. */
export interface TrustDocument {
  readonly Version: '1';
  readonly Statement: readonly {
    readonly Effect: 'Allow';
    readonly Action: 'sts:AssumeRole';
    readonly Principal: { readonly Service: readonly string[] } | { readonly RAM: readonly string[] };
  }[];
}

/** Statements with something in them, as a policy. */
export function policyOf(...statements: readonly Statement[]): PolicyDocument {
  return { Version: '1', Statement: statements.filter(({ Action, Resource }) => Action.length > 0 && Resource.length > 0) };
}

/** Permits actions on resources. */
export function allow(actions: readonly string[], resources: readonly string[], condition?: Statement['Condition']): Statement {
  return { Effect: 'Allow', Action: actions, Resource: resources, ...(condition === undefined ? {} : { Condition: condition }) };
}

/** Forbids actions on resources, whatever any other policy permits. */
export function deny(actions: readonly string[], resources: readonly string[]): Statement {
  return { Effect: 'Deny', Action: actions, Resource: resources };
}

/** Trust in Function Compute: functions run in the role. */
export const trustInFunctions: TrustDocument = {
  Version: '1',
  Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: ['fc.aliyuncs.com'] } }],
};

/** Trust in roles of another account, or of the same. */
export function trustInRoles(account: string, roles: readonly string[]): TrustDocument {
  return {
    Version: '1',
    Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { RAM: roles.map((role) => `acs:ram::${account}:role/${role}`) } }],
  };
}
