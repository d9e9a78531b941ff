import { randomBytes } from 'node:crypto';
import type { EpochMs } from '../../shared/client/clock.ts';
import { CommandFailure } from '../failure.ts';
import type { Session } from './session.ts';

/** Somebody who says a word that the journal keeps: who, and when, with the token of this command. */
export interface Actor {
  /** Name of the RAM user; of a role or an account's root the ARN. STS says it, never a flag. */
  readonly by: string;
  readonly owner: string;
  readonly atMs: EpochMs;
}

/**
 * Who is speaking. `state` is the option that names the journal: without it the embedded simulator's journal would be gone with the command.
 * @throws CommandFailure `Usage` where what is said would be forgotten at once
 * @throws ApiError when STS refuses
 */
export async function actorOf({ world }: Session, state: string | undefined): Promise<Actor> {
  if (world.kind === 'in-process' && state === undefined) {
    throw new CommandFailure(
      'Usage',
      'The journal of the embedded simulator ends with this command, so nobody would ever read it: name --target, --simulator, or a journal with --state.',
    );
  }
  const { user, arn } = await world.caller();
  return { by: user ?? arn, owner: randomBytes(16).toString('hex'), atMs: world.clock.now() };
}
