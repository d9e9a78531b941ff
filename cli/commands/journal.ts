import type { Command } from 'commander';

interface Flags {
  readonly state?: string;
  readonly json?: boolean;
}

interface ListFlags extends Flags {
  readonly prefix?: string;
}

/** Adds `streamwarden journal list|show|export|verify`: reads the journal of a folder; nothing here writes. */
export function journalCommand(program: Command): void {
  const journal = program.command('journal').description('read the journal: what was meant, done and seen');
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
    .description('check that no record of a numbered stream was changed or is missing')
    .option(...state)
    .option('--json', 'print one JSON object')
    .action(async (flags: Flags) => {
      process.exitCode = await verify(flags);
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
    import('../../shared/journal/record.ts'),
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
    import('../../shared/journal/past-renewals.ts'),
    import('../render/audit.ts'),
  ]);
  const rows = auditRows(await pastRenewals(existingStore(flags.state)));
  process.stdout.write(flags.json ? `${JSON.stringify(rows)}\n` : csvOf(rows));
}

async function verify(flags: Flags): Promise<number> {
  const [{ existingStore }, { verifyJournal }] = await Promise.all([
    import('../world/existing-store.ts'),
    import('../../shared/journal/verify.ts'),
  ]);
  const store = existingStore(flags.state);
  const result = await verifyJournal(store);
  if (flags.json) {
    process.stdout.write(`${JSON.stringify(result)}\n`);
  } else {
    for (const { key, code, text } of result.problems) process.stdout.write(`${key}  ${code}  ${text}\n`);
    for (const name of result.foreign) process.stdout.write(`${JSON.stringify(name)}  is no record and is skipped: remove it.\n`);
    const broken = result.problems.length === 0 ? 'all chains are whole' : `${result.problems.length} problems`;
    process.stdout.write(`${store.name}: ${result.records} records, ${result.streams.length} numbered streams, ${broken}.\n`);
    process.stdout.write('A chain does not show that its newest records were cut off: compare the numbers with an earlier look.\n');
  }
  return result.problems.length === 0 ? 0 : 1;
}
