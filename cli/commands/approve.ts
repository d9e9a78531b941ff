import type { Command } from 'commander';
import type { Money } from '../../shared/policy/money.ts';
import { CommandFailure } from '../failure.ts';
import { worldOptions } from '../world/options.ts';
import type { WorldOptions } from '../world/world.ts';

interface Flags extends WorldOptions {
  readonly policy: string;
  readonly all?: boolean;
  readonly upTo?: readonly string[];
  readonly because?: string;
  readonly until?: string;
  readonly withdrawLinks?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/**
 * Adds `streamwarden approvals`: what people are asked about and what they have answered, as long as it is not ordered. Exit code 0 with nothing
 * waiting, 2 with something, 1 on an error.
 */
export function approvalsCommand(program: Command): void {
  worldOptions(program.command('approvals'))
    .description('list renewals that are pending approval, and answered ones that are not ordered yet')
    .option('--policy <file>', 'policy file, where none is published', 'policy.yaml')
    .option('--json', 'print one JSON object instead of text')
    .action(async (flags: Flags) => {
      process.exitCode = await list(flags);
    });
}

/**
 * Adds `streamwarden approve <resource>`: shows what the approval is bound to, asks, and writes it down. Bound to target, expiry, period and the
 * price that was shown, or `--up-to`; a dearer price asks again.
 */
export function approveCommand(program: Command): void {
  answerOptions(program, 'approve')
    .description('approve a renewal that is pending approval, up to a price')
    .option('--up-to <amount...>', 'the highest price that it counts for, such as 500 CNY (default: the price that is shown)')
    .option('--until <instant>', 'until when it counts, RFC 3339 (default: until the expiry)')
    .option('--yes', 'do not ask')
    .action(async (resource: string | undefined, flags: Flags) => answer('approve', resource, flags));
}

/** Adds `streamwarden refuse <resource>`: it is not renewed until somebody approves it. It does not ask: what it stops can be approved again. */
export function refuseCommand(program: Command): void {
  answerOptions(program, 'refuse')
    .description('refuse a renewal that is pending approval, or that was approved and is not ordered yet')
    .option('--yes', 'accepted, but not needed: refusing never asks')
    .action(async (resource: string | undefined, flags: Flags) => answer('refuse', resource, flags));
}

function answerOptions(program: Command, name: 'approve' | 'refuse'): Command {
  return worldOptions(program.command(name))
    .argument('[resource]', 'id or name of the resource, or target/id')
    .option('--all', `${name} everything that is left for you to answer`)
    .option('--policy <file>', 'policy file, where none is published', 'policy.yaml')
    .option('--because <text>', 'a word on why')
    .option('--withdraw-links', 'from now on no link about this expiry approves anything')
    .option('--json', 'print one JSON object instead of text');
}

async function list(flags: Flags): Promise<number> {
  const [{ withPolicyInForce }, { openQuestions }, { questionLines, questionJson }] = await Promise.all([
    import('../run/policy-in-force.ts'),
    import('../run/approvals.ts'),
    import('../render/approvals.ts'),
  ]);
  return await withPolicyInForce(flags, async (session) => {
    const questions = await openQuestions(session);
    const waiting = questions.filter(({ state }) => state === 'pending');
    if (flags.json) {
      const answered = questions.filter(({ state }) => state !== 'pending');
      process.stdout.write(`${JSON.stringify({ format: 1, waiting: waiting.map(questionJson), answered: answered.map(questionJson) })}\n`);
    } else process.stdout.write(`${questionLines(questions, session).join('\n')}\n`);
    return waiting.length === 0 ? 0 : 2;
  });
}

async function answer(verdict: 'approve' | 'refuse', resource: string | undefined, flags: Flags): Promise<void> {
  const [{ withPolicyInForce }, { answerQuestions }, { actorOf }] = await Promise.all([
    import('../run/policy-in-force.ts'),
    import('../run/answer-questions.ts'),
    import('../run/actor.ts'),
  ]);
  const { upTo, rest } = await amountIn(flags.upTo);
  if (rest !== undefined && resource !== undefined) {
    throw new CommandFailure('Usage', `--up-to takes an amount, such as 500 CNY; what is '${rest}' behind it?`);
  }
  const wanted = resource ?? rest;
  if ((wanted === undefined) === (flags.all !== true)) {
    throw new CommandFailure('Usage', `Name the resource, such as 'streamwarden ${verdict} home/aig-1', or say --all; not both.`);
  }
  const untilMs = flags.until === undefined ? undefined : Date.parse(flags.until);
  if (untilMs !== undefined && (Number.isNaN(untilMs) || !/(Z|[+-]\d{2}:\d{2})$/.test(flags.until ?? ''))) {
    throw new CommandFailure('Usage', `--until is '${flags.until}'; write an instant with its offset, such as 2026-12-01T18:00:00+08:00.`);
  }
  await withPolicyInForce(flags, async (session) => {
    await actorOf(session, flags.state);
    const { because, withdrawLinks = false, yes = false, json = false } = flags;
    await answerQuestions(session, { verdict, wanted, upTo, untilMs, because, withdrawsLinks: withdrawLinks, yes, json });
  });
}

/** The amount of `--up-to`, as one word or two, and a word behind it that may be the resource. */
async function amountIn(words: readonly string[] | undefined): Promise<{ readonly upTo?: Money; readonly rest?: string }> {
  if (words === undefined) return {};
  const { parseMoney } = await import('../../shared/policy/money.ts');
  const count = /\s/.test(words[0] ?? '') ? 1 : 2;
  const amount = parseMoney(words.slice(0, count).join(' '));
  if (!amount.ok) throw new CommandFailure('Usage', `--up-to: ${amount.message}.`);
  const rest = words.slice(count);
  if (rest.length > 1)
    throw new CommandFailure('Usage', `--up-to takes an amount, such as 500 CNY; what is '${rest.join(' ')}' behind it?`);
  if (rest[0] !== undefined && parseMoney(rest[0]).ok)
    throw new CommandFailure(
      'Usage',
      `--up-to takes one amount, for all that is answered: what is '${rest[0]}' for? Answer by resource instead.`,
    );
  return { upTo: amount.value, ...(rest[0] === undefined ? {} : { rest: rest[0] }) };
}
