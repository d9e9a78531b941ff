/** Refuses a request as OSS does: an XML body with code and message. */
export class OssRefusal extends Error {
  readonly code: string;
  readonly httpStatus: number;
  constructor(httpStatus: number, code: string, message: string) {
    super(message);
    this.name = 'OssRefusal';
    this.code = code;
    this.httpStatus = httpStatus;
  }
}

/** The refusal of an identity that may not do this. */
export function accessDenied(message = 'You have no right to access this object because of bucket acl.'): OssRefusal {
  return new OssRefusal(403, 'AccessDenied', message);
}
