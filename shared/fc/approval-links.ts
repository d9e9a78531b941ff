import {
  installationOf,
  isPublicKey,
  type LinkKeys,
  type LinkMaker,
  linkProver,
  linksBelow,
  publicKeyOf,
  weaknessOf,
} from '../journal/people/approval-link.ts';
import type { LinkProver } from '../journal/people/approvals.ts';
import { type Environment, SettingsError } from './settings.ts';

/** What a function that asks or reads has of approval links. */
export interface ApprovalLinks {
  /** Absent: questions go out without links. */
  readonly approvalLink?: LinkMaker;
  /** Absent: answers by link cannot be checked. */
  readonly proveLink?: LinkProver;
}

/**
 * The maker of approval links, from `STREAMWARDEN_LINK_URL` (where the function approval-links answers) and `STREAMWARDEN_LINK_KEY`, and what checks
 * their answers: the public key that belongs to it, or `STREAMWARDEN_LINK_PUBLIC_KEY` where there is none, and `STREAMWARDEN_LINK_PUBLIC_KEY_OLD`
 * while keys are changed. What cannot be used is left out and `say` hears why: a renewal does not fail over a link.
 * @param storeName name of the store of the installation, to which links are bound
 */
export function approvalLinks(environment: Environment, say: (text: string) => void, storeName: string): ApprovalLinks {
  const address = given(environment, 'STREAMWARDEN_LINK_URL');
  const secret = given(environment, 'STREAMWARDEN_LINK_KEY');
  const weakness = secret === '' ? undefined : weaknessOf(secret);
  if (weakness !== undefined)
    say(`questions go out without links: STREAMWARDEN_LINK_KEY ${weakness}; make one with 'openssl rand -base64 32'`);
  const usable = secret === '' || weakness !== undefined ? undefined : secret;
  const installation = installationOf(storeName);
  const publicKeys = [...(usable === undefined ? [] : [publicKeyOf(usable)]), ...publicKeysIn(environment, say)];
  const proveLink = publicKeys.length === 0 ? {} : { proveLink: linkProver({ publicKeys, installation }) };
  if (address === '' && secret === '') return proveLink;
  if (usable !== undefined && isPublicUrl(address)) return { ...proveLink, approvalLink: linksBelow(address, usable, installation) };
  if (!isPublicUrl(address)) say('questions go out without links: STREAMWARDEN_LINK_URL has to begin with https://');
  else if (secret === '') say('questions go out without links: STREAMWARDEN_LINK_KEY is not set, and a link cannot be made without it');
  return proveLink;
}

/**
 * By what the function approval-links checks links: public keys alone, so that what the internet reaches can make none.
 * @throws SettingsError `LinkKeyMissing`
 */
export function linkKeys(environment: Environment): LinkKeys['publicKeys'] {
  const problems: string[] = [];
  const keys = publicKeysIn(environment, (text) => void problems.push(text));
  if (problems.length === 0 && given(environment, 'STREAMWARDEN_LINK_PUBLIC_KEY') !== '') return keys;
  const problem = problems[0] ?? 'STREAMWARDEN_LINK_PUBLIC_KEY is not set';
  throw new SettingsError(
    'LinkKeyMissing',
    `${problem}: 'streamwarden link-key' prints it from the STREAMWARDEN_LINK_KEY of the function that orders, which this one does not need.`,
  );
}

function publicKeysIn(environment: Environment, say: (text: string) => void): readonly string[] {
  return ['STREAMWARDEN_LINK_PUBLIC_KEY', 'STREAMWARDEN_LINK_PUBLIC_KEY_OLD'].flatMap((name) => {
    const key = given(environment, name);
    if (key === '' || isPublicKey(key)) return key === '' ? [] : [key];
    say(`${name} is no public key of links, which has 43 characters`);
    return [];
  });
}

function given(environment: Environment, name: string): string {
  return environment[name]?.trim() ?? '';
}

/** https, or plain http to this machine; without a user name and a password. */
function isPublicUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password } = new URL(text);
  if (username !== '' || password !== '') return false;
  return protocol === 'https:' || (protocol === 'http:' && /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(hostname));
}
