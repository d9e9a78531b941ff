import { printableLines } from '../shared/client/printable.ts';
import type { ErrorClass } from '../shared/engine/report.ts';

/** An expected failure of a command: printed as one message with what to do next, never as a stack trace. */
export class CommandFailure extends Error {
  readonly code: string;
  /** Exit status of the process. Default 1. */
  readonly exitCode: number;
  constructor(code: string, message: string, options: { readonly cause?: unknown; readonly exitCode?: number } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'CommandFailure';
    this.code = code;
    this.exitCode = options.exitCode ?? 1;
  }
}

/** The classes of errors that were written for people, loaded only once something has failed: they come from every part of the program. */
async function classesForPeople(): Promise<readonly ErrorClass[]> {
  const [{ SettingsError }, { PolicyFormatError }, { PolicyUnresolvedError }, { ScenarioError }, { SimulatorError }, { FaultError }] =
    await Promise.all([
      import('../shared/fc/settings.ts'),
      import('../shared/policy/codec.ts'),
      import('../shared/policy/compile.ts'),
      import('../simulator/scenario.ts'),
      import('../simulator/front/server.ts'),
      import('../simulator/faults.ts'),
    ]);
  return [CommandFailure, SettingsError, PolicyFormatError, PolicyUnresolvedError, ScenarioError, SimulatorError, FaultError];
}

/** Prints a failure for a person (standard error) or as JSON (standard output) and gives the exit status. */
export async function reportFailure(error: unknown, json: boolean): Promise<number> {
  const { isExpected } = await import('../shared/engine/report.ts');
  const forPeople = isExpected(error, error instanceof CommandFailure ? [CommandFailure] : await classesForPeople());
  const exitCode = error instanceof CommandFailure ? error.exitCode : 1;
  if (json) {
    const code = forPeople ? error.code : 'Unexpected';
    const message = error instanceof Error ? error.message : String(error);
    process.stdout.write(`${JSON.stringify({ error: { code, message } })}\n`);
  } else if (forPeople) {
    process.stderr.write(`streamwarden: ${printableLines(error.message)}\n`);
  } else {
    const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
    process.stderr.write(`streamwarden: this should not have happened; please report it with the lines below.\n${detail}\n`);
  }
  return exitCode;
}
