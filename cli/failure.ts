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

/** Errors that carry a stable `code` were written for people; anything else is a defect and keeps its stack. */
function isExpected(error: unknown): error is Error & { readonly code: string } {
  return error instanceof Error && typeof (error as { code?: unknown }).code === 'string';
}

/** Prints a failure for a person (standard error) or as JSON (standard output) and gives the exit status. */
export function reportFailure(error: unknown, json: boolean): number {
  const exitCode = error instanceof CommandFailure ? error.exitCode : 1;
  if (json) {
    const code = isExpected(error) ? error.code : 'Unexpected';
    const message = error instanceof Error ? error.message : String(error);
    process.stdout.write(`${JSON.stringify({ error: { code, message } })}\n`);
  } else if (isExpected(error)) {
    process.stderr.write(`streamwarden: ${error.message}\n`);
  } else {
    const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
    process.stderr.write(`streamwarden: this should not have happened; please report it with the lines below.\n${detail}\n`);
  }
  return exitCode;
}
