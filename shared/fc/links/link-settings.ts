import { leastKeyBytes } from '../../engine/renewals/approval-link.ts';
import { type Environment, SettingsError } from '../settings.ts';

/**
 * Keys that links may be signed with: `STREAMWARDEN_LINK_KEY`, and while keys are changed `STREAMWARDEN_LINK_KEY_OLD`.
 * @throws SettingsError `LinkKeyMissing` for none, and for one that is too short
 */
export function linkKeys(environment: Environment): readonly string[] {
  const names = ['STREAMWARDEN_LINK_KEY', 'STREAMWARDEN_LINK_KEY_OLD'] as const;
  return names.flatMap((name) => {
    const key = environment[name]?.trim() ?? '';
    if (Buffer.byteLength(key) >= leastKeyBytes) return [key];
    if (key === '' && name === 'STREAMWARDEN_LINK_KEY_OLD') return [];
    throw new SettingsError(
      'LinkKeyMissing',
      `${name} must have ${leastKeyBytes} bytes or more: make one with 'openssl rand -base64 32', and give it to renew-before-expiry too.`,
    );
  });
}
