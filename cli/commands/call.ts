import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import { readObject } from '../../shared/client/answer.ts';
import type { AnyOperation } from '../../shared/client/operation.ts';
import { CommandFailure } from '../failure.ts';
import type { WorldOptions } from '../world/world.ts';

interface Flags extends WorldOptions {
  readonly policy: string;
  readonly endpoint?: string;
  readonly account?: string;
  readonly site?: string;
  readonly all?: boolean;
  readonly yes?: boolean;
  readonly yesBuy?: boolean;
  readonly json?: boolean;
}

/**
 * Adds `streamwarden call <Operation> --Param value`: any operation of App Streaming and of billing with validated input; prints the answer as JSON,
 * amounts of bills digit by digit, as text. Writes
 * need `--yes`, purchases `--yes-buy`. Exit code 0 on success, 1 when the call failed, in whole or for some resources.
 */
export function callCommand(program: Command): void {
  program
    .command('call')
    .description('call an operation of the service and print the answer as JSON')
    .argument('<Operation>', "name of the operation, or 'list' for all of them")
    .argument('[parameters...]', '--Name value for each parameter; lists by repeating or as JSON, objects as JSON')
    .option('--target <name>', 'a target of the policy; without --simulator: the cloud')
    .option('--endpoint <name>', 'the cloud without a policy: cn-shanghai or ap-southeast-1, with your own keys')
    .option('--simulator <url>', 'a simulator that is running')
    .option('--scenario <file>', 'scenario of the embedded simulator (default: the demo account)')
    .option('--account <id>', 'account of the simulator (default: its first); with --endpoint the account that is meant, needed for writes')
    .option('--policy <file>', 'policy file, for --target', 'policy.yaml')
    .option('--site <name>', "where an account's bills are, for operations of billing: china or international; needed in the cloud")
    .option('--all', 'read all pages of a list; prints its rows')
    .option('--yes', 'needed for operations that change something')
    .option('--yes-buy', 'needed for operations that cost money')
    .option('--json', 'print the answer on one line')
    .allowUnknownOption()
    .addHelpText('after', '\nExample: streamwarden call ListAppInstanceGroup --ProductType CloudApp --PageSize 10')
    .action(async (name: string, parameters: readonly string[], flags: Flags) => {
      process.exitCode = await call(name, parameters, flags);
    });
}

async function call(name: string, parameters: readonly string[], flags: Flags): Promise<number> {
  const [{ callable, pagesOf, placedOperation }, { inputOfFlags }, { operationList, operationNamed }, { callTarget }] = await Promise.all([
    import('../call/billing.ts'),
    import('../call/parameters.ts'),
    import('../call/table.ts'),
    import('../call/target.ts'),
  ]);
  if (name === 'list') {
    process.stdout.write(`${operationList(Object.values(callable), flags.json === true)}\n`);
    return 0;
  }
  const operation = placedOperation(operationNamed(name, callable), flags);
  const given = inputOfFlags(operation, parameters);
  mayCall(operation, flags);
  const input = withToken(operation, given);
  const { client, place, close } = await callTarget(flags, operation.access === 'write');
  // Standard output is the answer alone.
  if (!flags.json) process.stderr.write(`${place}\n`);
  const show = (value: unknown): void => void process.stdout.write(`${JSON.stringify(value, null, flags.json ? undefined : 2)}\n`);
  try {
    if (flags.all) {
      if (!operation.paging) throw new CommandFailure('Usage', `${operation.action} has no pages; leave out --all.`);
      const rows: unknown[] = [];
      let announced: number | undefined;
      for await (const page of pagesOf(client, asItCame(operation), input)) {
        rows.push(...page.rows);
        announced = page.total ?? announced;
      }
      show(rows);
      if (announced === undefined || announced === rows.length) return 0;
      process.stderr.write(
        `The service announced ${announced} rows, and ${rows.length} came: the list changed while it was read. Try again.\n`,
      );
      return 1;
    }
    const answer: unknown = await uninterrupted(operation, () => client.call(asItCame(operation), input as never));
    show(answer);
    return (answer as { readonly complete?: boolean }).complete === false ? 1 : 0;
  } finally {
    await close();
  }
}

/** A write that is under way is not cut off by a signal: nobody would know what became of it. A second Ctrl-C still ends the process. */
async function uninterrupted<T>({ access }: AnyOperation, work: () => Promise<T>): Promise<T> {
  if (access === 'read') return await work();
  const { interruptOnSignals } = await import('../run/interrupt.ts');
  const interrupt = interruptOnSignals('is finished and its answer is printed');
  try {
    return await work();
  } finally {
    interrupt.release();
  }
}

/** The operation with an answer that nothing is read from: what the service sent is printed, whatever the definition says of its types. */
function asItCame(operation: AnyOperation): AnyOperation {
  return { ...operation, output: readObject({}) };
}

/**
 * The input with a token where the operation takes one and none was given: a repeat with the same token buys nothing again. It is printed before
 * the call, so that it is known when no answer comes.
 */
function withToken({ action, token }: AnyOperation, input: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  if (token === undefined) return input;
  const value = input[token] ?? randomUUID();
  process.stderr.write(
    `${token}: ${value}\nIf no answer comes, repeat ${action} with --${token} ${value}: the service takes that for the same order.\n`,
  );
  return { ...input, [token]: value };
}

function mayCall({ action, effect, access }: AnyOperation, { yes, yesBuy }: Flags): void {
  if (effect === 'purchase') {
    if (yesBuy === true) return;
    throw new CommandFailure('NotConfirmed', `${action} costs money, and a repeat costs it again; say --yes-buy if you mean it.`);
  }
  if (access === 'write' && yes !== true) {
    const what = effect === 'destructive' ? 'destroys something' : effect === 'disruptive' ? 'can cut people off' : 'changes something';
    throw new CommandFailure('NotConfirmed', `${action} ${what}; say --yes if you mean it.`);
  }
}
