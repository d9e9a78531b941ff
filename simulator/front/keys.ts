import { createHash } from 'node:crypto';
import type { EpochMs } from '../../shared/client/clock.ts';

/** A key pair that the simulator accepts. Its secret is published: it guards nothing. */
export interface AccessKey {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  readonly accountId: string;
  /** Name of the RAM user that the key belongs to. Default: `simulator`. */
  readonly user?: string;
  /** True for a key that exists and is switched off. */
  readonly inactive?: boolean;
}

/** A temporary key of an assumed role. */
export interface SessionKey extends AccessKey {
  readonly securityToken: string;
  readonly expiresAtMs: EpochMs;
  readonly issuedAtMs: EpochMs;
  readonly role: string;
  readonly session: string;
}

/** The published test key of an account: the same in every simulator, so that no test needs to be told. */
export function publishedKey(accountId: string): AccessKey {
  return { accessKeyId: `simulator-${accountId}`, accessKeySecret: `published-test-secret-${accountId}`, accountId };
}

/** All keys that a simulator knows: published, configured and issued by its STS. */
export class KeyRing {
  readonly #keys = new Map<string, AccessKey | SessionKey>();
  readonly #tokens = new Map<string, string>();
  #issued = 0;

  /** Adds a key; one of the same id is replaced. */
  add(key: AccessKey): void {
    this.#keys.set(key.accessKeyId, key);
  }

  /** The key of an id, or undefined. */
  find(accessKeyId: string): AccessKey | SessionKey | undefined {
    return this.#keys.get(accessKeyId);
  }

  /** The id of the key that a security token belongs to, or undefined for a token that was never issued. */
  ownerOf(securityToken: string): string | undefined {
    return this.#tokens.get(securityToken);
  }

  /** Issues a temporary key, valid by the gateway's clock. Reproducible: the n-th key of a simulator is always the same. */
  issue(accountId: string, role: string, session: string, issuedAtMs: EpochMs, durationMs: number): SessionKey {
    this.#issued += 1;
    const mark = createHash('sha256').update(`${accountId}/${role}/${session}/${this.#issued}`).digest('hex');
    const key: SessionKey = {
      accessKeyId: `STS.simulator${mark.slice(0, 16)}`,
      accessKeySecret: `published-session-secret-${mark.slice(16, 40)}`,
      accountId,
      securityToken: `simulated-token/${Buffer.from(mark, 'hex').toString('base64')}`,
      issuedAtMs,
      expiresAtMs: issuedAtMs + durationMs,
      role,
      session,
    };
    this.#keys.set(key.accessKeyId, key);
    this.#tokens.set(key.securityToken, key.accessKeyId);
    return key;
  }
}

/** True for a key that STS issued. */
export function isSession(key: AccessKey | SessionKey): key is SessionKey {
  return 'securityToken' in key;
}
