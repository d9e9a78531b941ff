import type { HttpRequest } from '../../../events/http.ts';
import { tokenField } from '../../engine/renewals/approval-link.ts';
import { reasonText } from '../../journal/people/approval-record.ts';

/** What somebody pressed on the confirmation page. */
export interface LinkForm {
  readonly token: string;
  readonly verdict: 'approve' | 'refuse';
  readonly because: string | undefined;
}

/** Reads the form; undefined where it is not the one of our page: another type, another origin, a field that is missing or there twice. */
export function readForm({ headers, body, host }: HttpRequest): LinkForm | undefined {
  const [type] = (headers.get('content-type') ?? '').split(';');
  if (type?.trim().toLowerCase() !== 'application/x-www-form-urlencoded') return undefined;
  if (!isSameOrigin(headers, host)) return undefined;
  const fields = new URLSearchParams(body);
  const one = (name: string): string | undefined => (fields.getAll(name).length === 1 ? (fields.get(name) ?? undefined) : undefined);
  const token = one(tokenField);
  const verdict = one('decision');
  if (token === undefined || (verdict !== 'approve' && verdict !== 'refuse')) return undefined;
  return { token, verdict, because: reasonText(one('because') ?? '') };
}

/**
 * True unless the browser says that another site sent the form. The token in it is what really counts: who does not know it can forge nothing.
 */
function isSameOrigin(headers: HttpRequest['headers'], host: string | undefined): boolean {
  const site = headers.get('sec-fetch-site');
  if (site !== undefined && site !== 'same-origin') return false;
  const origin = headers.get('origin');
  if (origin === undefined) return true;
  if (!URL.canParse(origin)) return false;
  const { protocol, hostname, host: named } = new URL(origin);
  // Who can answer for the host without TLS can be anybody on the way.
  const isSafe = protocol === 'https:' || /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(hostname);
  return isSafe && [headers.get('host'), host].includes(named);
}
