import { CredentialsError } from './errors.ts';
import { inspectSymbol, maskId } from './redact.ts';

/** Keys as they are handed in, before they are wrapped. */
export interface Secrets {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  /** Present with temporary keys only. */
  readonly securityToken?: string | undefined;
  /** When temporary keys end; undefined where nobody said. */
  readonly expiresAtMs?: number | undefined;
}

/** Keys that show themselves nowhere: not in toString, JSON, util.inspect, spreads or logs. Only the getters give them. */
export class Credentials implements Secrets {
  readonly accessKeyId: string;
  readonly expiresAtMs: number | undefined;
  readonly #secret: string;
  readonly #token: string | undefined;

  /** @throws CredentialsError when a part is missing, or when a temporary id (`STS.…`) comes without its token */
  constructor(secrets: Secrets, source: string) {
    const accessKeyId = secrets.accessKeyId?.trim();
    const accessKeySecret = secrets.accessKeySecret?.trim();
    const securityToken = secrets.securityToken?.trim() || undefined;
    if (!accessKeyId || !accessKeySecret) {
      throw new CredentialsError(
        'MissingCredentials',
        `${source} give no ${accessKeyId ? 'access key secret' : 'access key id'}. Set both.`,
      );
    }
    if (accessKeyId.startsWith('STS.') && securityToken === undefined) {
      throw new CredentialsError(
        'MissingSecurityToken',
        `${source} give the temporary access key id ${maskId(accessKeyId)} without its security token. Pass the token that was issued with it.`,
      );
    }
    this.accessKeyId = accessKeyId;
    this.expiresAtMs = secrets.expiresAtMs;
    this.#secret = accessKeySecret;
    this.#token = securityToken;
  }

  /** The secret that signs. */
  get accessKeySecret(): string {
    return this.#secret;
  }

  /** The token of temporary keys, sent along with each request. */
  get securityToken(): string | undefined {
    return this.#token;
  }

  /** The masked id and nothing else. */
  toString(): string {
    return `Credentials(${maskId(this.accessKeyId)}${this.#token === undefined ? '' : ', temporary'})`;
  }

  /** The masked id and when the keys end. */
  toJSON(): { accessKeyId: string; expiresAtMs?: number } {
    const json = { accessKeyId: maskId(this.accessKeyId) };
    return this.expiresAtMs === undefined ? json : { ...json, expiresAtMs: this.expiresAtMs };
  }

  /** What util.inspect and console.log print. */
  [inspectSymbol](): string {
    return this.toString();
  }
}

/** Where a client gets its keys. */
export interface CredentialsProvider {
  /**
   * Keys that are good now; asked before each attempt, so it answers from memory where it can.
   * @throws CredentialsError when there are none; the message says what to set
   */
  get(): Promise<Credentials>;
  /** Forgets keys that the service called expired, so that the next `get` fetches new ones. Absent where there is nothing to fetch. */
  refresh?(): Promise<void>;
}

/** Keys given in code, such as those of a test or of a prompt. @throws CredentialsError when they are incomplete */
export function explicitCredentials(secrets: Secrets): CredentialsProvider {
  const credentials = new Credentials(secrets, 'The credentials passed in');
  return { get: async () => credentials };
}
