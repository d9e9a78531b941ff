/** What a refusal carries besides code and message. */
export interface RefusalDetail {
  /** Answer headers, e.g. `x-acs-retry-after`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** `AccessDeniedDetail` of a refusal by RAM. */
  readonly accessDeniedDetail?: Readonly<Record<string, string>>;
}

/** Refuses a request before any operation ran, as the platform's gateway does (signing facts, 3). */
export class GatewayError extends Error {
  readonly code: string;
  readonly httpStatus: number;
  readonly detail: RefusalDetail;
  constructor(code: string, message: string, httpStatus = 400, detail: RefusalDetail = {}) {
    super(message);
    this.name = 'GatewayError';
    this.code = code;
    this.httpStatus = httpStatus;
    this.detail = detail;
  }
}

/** The refusal of a request that lacks a parameter which its action demands. */
export function missing(name: string): GatewayError {
  return new GatewayError(`Missing${name}`, `${name} is mandatory for this action.`);
}

/** The refusal of a parameter whose value the action does not take. */
export function invalidParameter(name: string, because?: string): GatewayError {
  return new GatewayError('InvalidParameter', `Specified parameter ${name} is not valid${because ? `: ${because}` : ''}.`);
}

/** The refusal by RAM, in the shape that newer services answer (signing facts, 3). */
export function noPermission(ramAction: string, principal: { type: string; name: string; accountId: string }): GatewayError {
  return new GatewayError('NoPermission', 'You are not authorized to do this action. You should be authorized by RAM.', 403, {
    accessDeniedDetail: {
      AuthAction: ramAction,
      AuthPrincipalType: principal.type,
      AuthPrincipalDisplayName: principal.name,
      AuthPrincipalOwnerId: principal.accountId,
      NoPermissionType: 'ImplicitDeny',
      PolicyType: 'AccountLevelIdentityBasedPolicy',
    },
  });
}

/** The body of a refusal, in the platform's shape. */
export function refusalBody(
  code: string,
  message: string,
  requestId: string,
  host: string,
  detail?: RefusalDetail,
): Record<string, unknown> {
  return {
    Code: code,
    Message: message,
    RequestId: requestId,
    HostId: host,
    Recommend: `https://api.aliyun.com/troubleshoot?q=${encodeURIComponent(code)}&product=appstream-center`,
    ...(detail?.accessDeniedDetail ? { AccessDeniedDetail: detail.accessDeniedDetail } : {}),
  };
}
