import { timingSafeEqual } from 'node:crypto';
import type { EpochMs } from '../../client/clock.ts';
import { sha256 } from '../../client/hmac.ts';
import { keyIdOf, type LinkSubject, signatureOf } from '../../engine/renewals/approval-link.ts';

/** Why a link is refused. Logs say it; who holds the link is not told, since every answer that differs would help to forge one. */
type LinkRefusal = 'no-token' | 'unknown-key' | 'forged' | 'expired' | 'malformed';

/** A link that was read: what it is about and what it is known by, or why it is refused. */
export type LinkReading =
  | { readonly ok: true; readonly subject: LinkSubject; readonly id: string }
  | { readonly ok: false; readonly why: LinkRefusal };

const form = /^([A-Za-z0-9_-]{1,4000})\.([0-9a-f]{8})\.([0-9a-f]{64})$/;

/**
 * Reads the token of a link. Nothing in it is looked at before its signature holds. `id` names the question without the resource's name, so
 * that a new name makes no new link of it.
 * @param keys those that may have signed it, the present one first
 */
export function readLink(token: string | undefined, keys: readonly string[], nowMs: EpochMs): LinkReading {
  const [, payload, keyId, signature] = form.exec(token ?? '') ?? [];
  if (payload === undefined || signature === undefined) return refused('no-token');
  const key = keys.find((each) => keyIdOf(each) === keyId);
  if (key === undefined) return refused('unknown-key');
  if (!timingSafeEqual(Buffer.from(signature), Buffer.from(signatureOf(key, payload)))) return refused('forged');
  const subject = subjectOf(payload);
  if (subject === undefined) return refused('malformed');
  if (nowMs >= subject.untilMs) return refused('expired');
  const { target, account, resource, circle, expiresAtMs, untilMs, period, highest } = subject;
  const about = [target, account, resource, circle, expiresAtMs, untilMs, period.count, period.unit, highest.currency, `${highest.micros}`];
  return { ok: true, subject, id: sha256(JSON.stringify(about)).slice(0, 32) };
}

function refused(why: LinkRefusal): LinkReading {
  return { ok: false, why };
}

/** What a payload says; undefined where it is of another form than this version signs. */
function subjectOf(payload: string): LinkSubject | undefined {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
  if (!Array.isArray(value) || value.length !== 11) return undefined;
  const [target, account, resource, name, circle, expiresAtMs, untilMs, count, unit, currency, micros] = value as unknown[];
  const texts = [target, account, resource, name, circle, unit, currency, micros];
  if (!texts.every((text) => typeof text === 'string') || ![expiresAtMs, untilMs, count].every(Number.isSafeInteger)) return undefined;
  if (!/^\d{1,30}$/.test(micros as string)) return undefined;
  return {
    ...{ target: target as string, account: account as string, resource: resource as string, circle: circle as string },
    ...(name === '' ? {} : { name: name as string }),
    ...{ expiresAtMs: expiresAtMs as number, untilMs: untilMs as number },
    period: { count: count as number, unit: unit as string },
    highest: { currency: currency as string, micros: BigInt(micros as string) },
  };
}
