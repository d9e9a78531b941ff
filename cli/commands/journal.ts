import type { Command } from 'commander';
import type { Verification } from '../../shared/journal/log/verify.ts';
import { worldOptions } from '../world/options.ts';
import type { WorldOptions } from '../world/world.ts';

interface Flags {
  readonly state?: string;
  readonly json?: boolean;
}

interface VerifyFlags extends Flags {
  readonly head?: string;
}

interface SkipFlags extends WorldOptions {
  readonly policy: string;
  readonly because?: string;
  readonly json?: boolean;
}

interface ListFlags extends Flags {
  readonly prefix?: string;
}

/** Adds `streamwarden journal list|show|export|verify|skip`: reads the journal of a folder or a bucket; `skip` alone writes. */
export function journalCommand(program: Command): void {
  const journal = program.command('journal').description('list, show, export and verify records of the journal, and skip a damaged one');
  const state = ['--state <dir>', 'folder of the journal (default: STREAMWARDEN_STORE, else the only one under .streamwarden)'] as const;
  journal
    .command('list')
    .description('keys of records, oldest first within each stream')
    .option('--prefix <text>', 'only keys that begin so, such as runs/2026/11')
    .option(...state)
    .option('--json', 'print a JSON list')
    .action(async (flags: ListFlags) => list(flags));
  journal
    .command('show')
    .description('one record')
    .argument('<key>', "key as 'journal list' prints it")
    .option(...state)
    .option('--json', 'print the record as it is stored')
    .action(async (key: string, flags: Flags) => show(key, flags));
  journal
    .command('export')
    .description('every renewal with order, price, approver and policy version, for the auditor')
    .option('--csv', 'print CSV (the default)')
    .option(...state)
    .option('--json', 'print a JSON list instead')
    .action(async (flags: Flags) => exportRenewals(flags));
  journal
    .command('verify')
    .description('check that no record was changed, removed or replaced')
    .option('--head <hash>', 'hash of a journal head, from an earlier digest: proves that what it covered is unchanged')
    .option(...state)
    .option('--json', 'print one JSON object')
    .action(async (flags: VerifyFlags) => {
      process.exitCode = await verify(flags);
    });
  worldOptions(journal.command('skip'))
    .description('let everything go on without a damaged record that cannot be restored')
    .argument('<key>', "key as 'journal verify' prints it")
    .option('--because <text>', 'why, and what you have checked; everybody reads it')
    .option('--policy <file>', 'policy file', 'policy.yaml')
    .option('--json', 'print one JSON object instead of text')
    .action(async (key: string, flags: SkipFlags) => skip(key, flags));
}

async function skip(key: string, flags: SkipFlags): Promise<void> {
  const [{ withSession }, { actorOf }, { skipDamaged }] = await Promise.all([
    import('../run/session.ts'),
    import('../run/actor.ts'),
    import('../run/skip.ts'),
  ]);
  await withSession(flags, async (session) => {
    const said = await skipDamaged(session, key, flags.because, await actorOf(session, flags.state));
    if (flags.json) process.stdout.write(`${JSON.stringify({ format: 1, ...said })}\n`);
    else process.stdout.write(`${said.by} skipped ${key} (${said.problem.code}): ${said.effect}\nJournal: ${said.record}\n`);
  });
}

async function list(flags: ListFlags): Promise<void> {
  const { existingStore } = await import('../world/existing-store.ts');
  const keys: string[] = [];
  for await (const key of existingStore(flags.state).list(flags.prefix ?? '')) {
    if (flags.json) keys.push(key);
    else process.stdout.write(`${key}\n`);
  }
  if (flags.json) process.stdout.write(`${JSON.stringify(keys)}\n`);
}

async function show(key: string, flags: Flags): Promise<void> {
  const [{ existingStore }, { CommandFailure }, { parseRecord }] = await Promise.all([
    import('../world/existing-store.ts'),
    import('../failure.ts'),
    import('../../shared/journal/log/record.ts'),
  ]);
  const store = existingStore(flags.state);
  const bytes = await store.read(key);
  if (!bytes) throw new CommandFailure('NoRecord', `${store.name} has no record '${key}'; 'streamwarden journal list' shows what it has.`);
  if (flags.json) {
    process.stdout.write(bytes);
    return;
  }
  const { kind, atMs, owner, body } = parseRecord(key, bytes);
  process.stdout.write(
    `${key}\n${kind}, ${new Date(atMs).toISOString()}, by run ${owner.slice(0, 12)}\n${JSON.stringify(body, null, 2)}\n`,
  );
}

async function exportRenewals(flags: Flags): Promise<void> {
  const [{ existingStore }, { pastRenewals }, { auditRows, csvOf }] = await Promise.all([
    import('../world/existing-store.ts'),
    import('../../shared/journal/renewals/past-renewals.ts'),
    import('../render/audit.ts'),
  ]);
  const rows = auditRows(await pastRenewals(existingStore(flags.state)));
  process.stdout.write(flags.json ? `${JSON.stringify(rows)}\n` : csvOf(rows));
}

async function verify({ state, head, json }: VerifyFlags): Promise<number> {
  const [{ existingStore }, { CommandFailure }, { verifyJournal }] = await Promise.all([
    import('../world/existing-store.ts'),
    import('../failure.ts'),
    import('../../shared/journal/log/verify.ts'),
  ]);
  if (head !== undefined && !/^[0-9a-f]{32,64}$/i.test(head)) {
    throw new CommandFailure(
      'Usage',
      '--head takes the hash of a journal head as a digest shows it: 64 hexadecimal digits, or the first 32 of them at least.',
    );
  }
  const store = existingStore(state);
  const result = await verifyJournal(store, { head });
  const { records, streams, problems, foreign, skipped, covered } = result;
  const isGood = problems.length === 0;
  if (json) {
    process.stdout.write(`${JSON.stringify(result)}\n`);
    return isGood ? 0 : 1;
  }
  for (const { key, code, text } of problems) process.stdout.write(`${key}  ${code}  ${text}\n`);
  for (const { key, by, because } of skipped) process.stdout.write(`${key}  skipped by ${by}: ${because ?? 'no reason given'}\n`);
  for (const name of foreign) process.stdout.write(`${JSON.stringify(name)}  is no record and is skipped: remove it.\n`);
  const found = isGood ? 'all chains are whole' : `${problems.length} problem${problems.length === 1 ? '' : 's'}`;
  process.stdout.write(`${store.name}: ${records} records, ${streams.length} numbered streams, ${found}.\n`);
  process.stdout.write(`${coverText(covered, head !== undefined, isGood)}\n`);
  return isGood ? 0 : 1;
}

function coverText(covered: Verification['covered'], isProven: boolean, isGood: boolean): string {
  if (covered === undefined) {
    return 'No head covers them yet: the last record of a stream, and records outside of streams, could have been changed. Each digest writes a head.';
  }
  const { heads, records, newer } = covered;
  const what = `${heads} head${heads === 1 ? '' : 's'} cover${heads === 1 ? 's' : ''} ${records} records; ${newer} are newer.`;
  if (!isProven) return `${what} Who could replace the heads too is found out by --head, with a hash from an earlier digest.`;
  return isGood ? `${what} The head that was given is among them: what it covered is unchanged.` : what;
}
