import { type ControlClient, controlClient } from '../../simulator/front/control-client.ts';
import { CommandFailure } from '../failure.ts';

/** How long a simulator that runs may take to answer at all, in milliseconds. */
const patienceMs = 10_000;

/** A simulator in another process: its control API, and its world as it was when asked. */
export interface ReachedSimulator {
  readonly control: ControlClient;
  readonly summary: Awaited<ReturnType<ControlClient['world']>>;
  /** The first account of the world. */
  readonly accountId: string;
}

/**
 * Asks the simulator at an address for its world.
 * @param how the command that starts one which fits
 * @throws CommandFailure `Usage` for text that is no address, `NoSimulator` when no simulator answers there
 */
export async function reachSimulator(url: string, how = 'streamwarden simulator'): Promise<ReachedSimulator> {
  const next = `Start one with '${how}' and give the address that it prints.`;
  if (!/^http:\/\//i.test(url) || !URL.canParse(url)) {
    throw new CommandFailure('Usage', `--simulator is '${url}', not an address such as http://127.0.0.1:8080. ${next}`);
  }
  const control = controlClient(url);
  const summary = await control.world(AbortSignal.timeout(patienceMs)).catch((cause: unknown) => {
    throw new CommandFailure('NoSimulator', `No simulator answers at ${url} (${reasonOf(cause)}). ${next}`, { cause });
  });
  const account = summary?.accounts?.[0];
  if (!account) throw new CommandFailure('NoSimulator', `What answers at ${url} is no simulator with an account. ${next}`);
  return { control, summary, accountId: account.id };
}

/** Why a call of the control API failed, without the words around it: a text, or the error of the connection. */
function reasonOf(failure: unknown): string {
  const { cause } = failure as { readonly cause?: unknown };
  if (!(cause instanceof Error)) return String(cause ?? failure);
  if (cause.name === 'AbortError') return `nothing within ${patienceMs / 1000} seconds`;
  return cause instanceof SyntaxError ? 'its answer is not JSON' : ((cause as NodeJS.ErrnoException).code ?? cause.message);
}
