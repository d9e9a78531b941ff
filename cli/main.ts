import { Command, CommanderError } from 'commander';
import { applyCommand } from './commands/apply.ts';
import { approvalsCommand, approveCommand, refuseCommand } from './commands/approve.ts';
import { callCommand } from './commands/call.ts';
import { compileCommand } from './commands/compile.ts';
import { costCommand } from './commands/cost.ts';
import { demoCommand } from './commands/demo.ts';
import { digestCommand } from './commands/digest.ts';
import { doctorCommand } from './commands/doctor.ts';
import { exceptionCommand } from './commands/exception.ts';
import { explainCommand } from './commands/explain.ts';
import { importCommand } from './commands/import.ts';
import { invokeCommand } from './commands/invoke.ts';
import { journalCommand } from './commands/journal.ts';
import { linkKeyCommand } from './commands/link-key.ts';
import { notifyCommand } from './commands/notify.ts';
import { offboardCommand } from './commands/offboard.ts';
import { otaCommand } from './commands/ota.ts';
import { planCommand } from './commands/plan.ts';
import { policyCommand } from './commands/policy.ts';
import { pushCommand } from './commands/push.ts';
import { ramPolicyCommand } from './commands/ram-policy.ts';
import { reconcileCommand } from './commands/reconcile.ts';
import { resolveCommand } from './commands/resolve.ts';
import { rollbackCommand } from './commands/rollback.ts';
import { schemaCommand } from './commands/schema.ts';
import { simulatorCommand } from './commands/simulator.ts';
import { spendCommand } from './commands/spend.ts';
import { validateCommand } from './commands/validate.ts';
import { CommandFailure, reportFailure } from './failure.ts';
import { keepWorkingWithoutOutput, printSafely } from './output.ts';

const program = new Command('streamwarden')
  .description('Keeps an Alibaba Cloud App Streaming account in the state written in one policy file.')
  .version('0.1.0')
  .showSuggestionAfterError()
  .addHelpText(
    'after',
    `
Where it acts:
  (nothing)          an embedded simulator of the service, with a temporary journal
  --simulator URL    a simulator that is already running ('streamwarden simulator')
  --target NAME      the cloud: the account that the policy lists under this name

Start here:
  streamwarden demo
  streamwarden validate policy.yaml
  streamwarden plan --policy policy.yaml`,
  );

for (const register of [
  demoCommand,
  planCommand,
  applyCommand,
  explainCommand,
  approvalsCommand,
  approveCommand,
  refuseCommand,
  resolveCommand,
  spendCommand,
  costCommand,
  reconcileCommand,
  digestCommand,
  exceptionCommand,
  otaCommand,
  offboardCommand,
  importCommand,
  validateCommand,
  schemaCommand,
  compileCommand,
  pushCommand,
  rollbackCommand,
  policyCommand,
  ramPolicyCommand,
  linkKeyCommand,
  callCommand,
  notifyCommand,
  simulatorCommand,
  invokeCommand,
  doctorCommand,
  journalCommand,
]) {
  register(program);
}

printSafely();
keepWorkingWithoutOutput();

// The vendor's libraries would obey it, and whoever stands between could then read keys and answer orders.
if (process.env['NODE_TLS_REJECT_UNAUTHORIZED'] === '0') {
  delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
  process.stderr.write(
    'streamwarden: NODE_TLS_REJECT_UNAUTHORIZED=0 is ignored, certificates are always verified; name a certificate authority of your own in NODE_EXTRA_CA_CERTS.\n',
  );
}
if (process.env['HTTPS_PROXY'] || process.env['https_proxy']) (await import('./world/proxy.ts')).useProxy(process.env);

const json = process.argv.includes('--json');
try {
  program.exitOverride();
  refuseUnfit(program);
  explainUsage(program);
  for (const command of program.commands) for (const each of [command, ...command.commands]) each.exitOverride();
  // Commander would print the help of everything and not say why.
  const [word, about] = process.argv.slice(2);
  if (
    word === 'help' &&
    about !== undefined &&
    !/^(-|help$)/.test(about) &&
    !program.commands.some((command) => command.name() === about)
  ) {
    program.error(`error: unknown command '${about}'`);
  }
  await program.parseAsync();
} catch (error) {
  // Commander has printed its own message to standard error; help and version come with exit code 0.
  if (!(error instanceof CommanderError)) process.exitCode = await reportFailure(error, json);
  else if (error.exitCode !== 0) process.exitCode = json ? await reportFailure(new CommandFailure('Usage', error.message), true) : 1;
}

/** Commander's own messages begin as all others do, and say what to do next. */
function explainUsage(command: Command): void {
  const path = [command.name()];
  for (let above = command.parent; above; above = above.parent) path.unshift(above.name());
  command
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'streamwarden: ')) })
    .showHelpAfterError(`'${path.join(' ')} --help' shows what there is.`);
  for (const below of command.commands) explainUsage(below);
}

/**
 * Makes an option that takes one value an error when it is given twice: the last one would count, and whoever wrote the first meant it. Options that
 * collect values, and those that take several, may be repeated. An empty value is an error too: it comes from a variable of the shell that is not set,
 * and would mean the folder where the command was started.
 */
function refuseUnfit(command: Command): void {
  for (const option of command.options) {
    if (!option.required || option.variadic) continue;
    let given = 0;
    command.on(`option:${option.name()}`, (value: unknown) => {
      given += 1;
      const name = option.long ?? option.short;
      if (value === '') throw new CommandFailure('Usage', `${name} is empty; give it a value, or leave it out.`);
      if (given > 1 && option.parseArg === undefined) throw new CommandFailure('Usage', `${name} is given twice; give it once.`);
    });
  }
  for (const below of command.commands) refuseUnfit(below);
}
