import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { FunctionContext } from '../../shared/fc/settings.ts';
import type { DispatchTask } from './plan.ts';

/** The handler of another function, from the file that the build put beside this one. */
type BesideHandler = (event: Uint8Array, context: FunctionContext) => Promise<unknown>;

/**
 * Runs a task in this process: the file of its function is loaded now, and not before. The functions know nothing of each other; they meet
 * here, at run time.
 * @param codeFolder folder of the deployed code
 * @throws DispatchError `FunctionNotBeside`, and whatever the function throws
 */
export async function runInPlace(task: DispatchTask, context: FunctionContext, codeFolder: string): Promise<unknown> {
  const file = path.join(codeFolder, 'functions', `${task.functionName}.js`);
  if (!existsSync(file)) {
    const message = `${task.functionName} has only one target and is to run here, but ${file} is missing: deploy the whole folder dist/dispatch.`;
    throw new DispatchError('FunctionNotBeside', message);
  }
  const { handler } = createRequire(path.join(codeFolder, 'index.js'))(file) as { readonly handler: BesideHandler };
  return handler(Buffer.from(task.payload, 'utf8'), context);
}

/** Something cannot be dispatched. The message says what to change. */
export class DispatchError extends Error {
  readonly code: 'UnknownTarget' | 'InvocationsUnknown' | 'FunctionNotBeside' | 'NoTimeLeft';
  constructor(code: DispatchError['code'], message: string) {
    super(message);
    this.name = 'DispatchError';
    this.code = code;
  }
}
