import { type LinkMaker, leastKeyBytes, linksBelow } from '../engine/renewals/approval-link.ts';
import type { Environment } from './settings.ts';

/**
 * The maker of approval links, from `STREAMWARDEN_LINK_URL` (where the function approval-links answers) and `STREAMWARDEN_LINK_KEY`; undefined
 * where neither is set. Where one of them cannot be used, there are no links and `say` hears why: a renewal does not fail over a link.
 */
export function approvalLinks(environment: Environment, say: (text: string) => void): LinkMaker | undefined {
  const address = environment['STREAMWARDEN_LINK_URL']?.trim() ?? '';
  const key = environment['STREAMWARDEN_LINK_KEY']?.trim() ?? '';
  if (address === '' && key === '') return undefined;
  if (isPublicUrl(address) && Buffer.byteLength(key) >= leastKeyBytes) return linksBelow(address, key);
  say(
    `questions go out without links: STREAMWARDEN_LINK_URL has to begin with https://, and STREAMWARDEN_LINK_KEY to have ${leastKeyBytes} bytes; give both as approval-links has them`,
  );
  return undefined;
}

/** https, or plain http to this machine; without a user name and a password. */
function isPublicUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password } = new URL(text);
  if (username !== '' || password !== '') return false;
  return protocol === 'https:' || (protocol === 'http:' && /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(hostname));
}
