import { styleFor } from '../render/style.ts';
import type { ErrorAnswer, Invocation } from './invocation.ts';

const meanings = {
  threw: 'the handler threw',
  load: 'the bundle could not be loaded, or its initializer failed',
  timeout: 'it took longer than --timeout allows, and was ended',
  memory: 'it held more memory than --memory allows, and was ended',
  exited: 'its process ended',
} as const;

/** An invocation for people: what it answered, how long it took, and what it left unfinished. */
export function invocationLines(invocation: Invocation): readonly string[] {
  const style = styleFor();
  const { requestId, durationMs, peakMb, leftBehind } = invocation;
  const memory = peakMb === 0 ? '' : `, ${Math.ceil(peakMb)} MB at most`;
  const facts = style.dim(`  request ${requestId}, ${Math.round(durationMs)} ms${memory}`);
  const left = leftBehind.length === 0 ? [] : [style.warn(`  left behind, and frozen with the instance: ${leftBehind.join(', ')}`)];
  const head = invocation.ok
    ? `${style.good('answered')}  ${answerText(invocation.result)}`
    : `${style.bad('failed')}  ${meanings[invocation.failure]}`;
  return [head, ...(invocation.ok ? [] : errorLines(invocation.error)), facts, ...left, ''];
}

function errorLines({ errorType, errorMessage, stackTrace = [] }: ErrorAnswer): readonly string[] {
  const head = errorType === undefined ? errorMessage : `${errorType}: ${errorMessage}`;
  return [head, ...stackTrace.filter((line) => line.startsWith('    at '))].map((line) => `  ${line}`);
}

function answerText(result: unknown): string {
  if (Buffer.isBuffer(result)) return `${result.length} bytes, base64 ${result.toString('base64')}`;
  if (typeof result === 'string') return result === '' ? '(nothing)' : result;
  return JSON.stringify(result, undefined, 2);
}
