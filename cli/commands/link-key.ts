import type { Command } from 'commander';
import { CommandFailure } from '../failure.ts';

/**
 * Adds `streamwarden link-key`: prints the public key that belongs to the secret of approval links, for the function approval-links. The secret comes
 * from the environment, since arguments can be read by every process of the machine. Exit code 0, 1 where the secret cannot be used.
 */
export function linkKeyCommand(program: Command): void {
  program
    .command('link-key')
    .description('print the value of STREAMWARDEN_LINK_PUBLIC_KEY that belongs to STREAMWARDEN_LINK_KEY in the environment')
    .action(async () => {
      const { publicKeyOf, weaknessOf } = await import('../../shared/journal/people/approval-link.ts');
      const secret = process.env['STREAMWARDEN_LINK_KEY']?.trim() ?? '';
      const weakness = secret === '' ? 'is not set' : weaknessOf(secret);
      if (weakness !== undefined) {
        throw new CommandFailure('LinkKeyMissing', `STREAMWARDEN_LINK_KEY ${weakness}; make one with 'openssl rand -base64 32'.`);
      }
      process.stdout.write(`${publicKeyOf(secret)}\n`);
    });
}
