import { CommandFailure } from '../../failure.ts';
import type { World } from '../../world/world.ts';

/** How a command may be answered. */
export interface Asking {
  readonly yes?: boolean | undefined;
  readonly json?: boolean | undefined;
}

/**
 * Whether a person has to be asked: in the cloud, unless they said `--yes`.
 * @throws CommandFailure `Usage` where somebody has to be asked and nobody can be
 */
export function mustAsk(world: World, command: string, { yes, json }: Asking): boolean {
  if (world.kind !== 'cloud' || yes === true) return false;
  if (json !== true && process.stdin.isTTY === true) return true;
  throw new CommandFailure(
    'Usage',
    `${command} in the cloud asks first, and there is no terminal to ask on: look at 'streamwarden policy diff --decisions', then say --yes.`,
  );
}
