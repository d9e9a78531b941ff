import { randomBytes } from 'node:crypto';
import { InvokeError, invocationHost } from '../../shared/fc/signing-invoker.ts';
import { localCredentials } from '../credentials/local-credentials.ts';
import { CommandFailure } from '../failure.ts';
import { styleFor } from '../render/style.ts';
import { print } from '../run/report-runs.ts';
import { fcSdkInvoker, type RemoteAnswer, type RemoteFunctions } from './fc-sdk-invoker.ts';

/** Flags of an invocation in the cloud. */
export interface RemoteFlags {
  /** Hands the function a task and does not wait for it. Default: waits for its answer. */
  readonly async?: boolean | undefined;
  /** Region of the function. Default: FC_DEPLOY_REGION. */
  readonly region?: string | undefined;
  /** Account of the function. Default: ALIBABA_CLOUD_ACCOUNT_ID. */
  readonly account?: string | undefined;
  readonly json?: boolean | undefined;
}

/**
 * Invokes a deployed function as the identity of this machine, and prints its answer with the end of its log. Its name in the cloud begins with
 * STREAMWARDEN_PREFIX. Gives the exit code: 0 when it was begun and did not fail, else 1.
 * @throws CommandFailure when nothing says where the function is, or it could not be begun
 */
export async function invokeRemote(name: string, event: Uint8Array, flags: RemoteFlags): Promise<number> {
  const functionName = `${process.env['STREAMWARDEN_PREFIX']?.trim() || 'streamwarden'}-${name}`;
  const functions = fcSdkInvoker({ endpoint: endpointOf(flags), credentials: localCredentials() });
  const payload = Buffer.from(event).toString('utf8');
  try {
    if (flags.async) return await handOver(functions, functionName, payload, flags.json === true);
    const answer = await functions.invoke(functionName, payload);
    if (flags.json) print([JSON.stringify({ function: functionName, ...answer })]);
    else print(answerLines(functionName, answer));
    return answer.ok ? 0 : 1;
  } catch (error) {
    if (!(error instanceof InvokeError)) throw error;
    throw new CommandFailure(error.code, error.message, { cause: error });
  }
}

async function handOver(functions: RemoteFunctions, functionName: string, payload: string, json: boolean): Promise<number> {
  const taskId = `desk-${randomBytes(8).toString('hex')}`;
  const handover = await functions.invokeAsync(functionName, payload, taskId);
  const text = `${functionName} has the task ${taskId}; its log says what becomes of it.`;
  print([json ? JSON.stringify({ function: functionName, task: taskId, handover }) : text]);
  return 0;
}

/** Where functions are invoked. @throws CommandFailure `PlaceUnknown` */
function endpointOf({ region, account }: RemoteFlags): string {
  const variable = (name: string): string | undefined => process.env[name]?.trim() || undefined;
  const given = variable('STREAMWARDEN_FC_ENDPOINT');
  if (given !== undefined) return given;
  const where = { region: region ?? variable('FC_DEPLOY_REGION'), account: account ?? variable('ALIBABA_CLOUD_ACCOUNT_ID') };
  if (where.region && where.account) return invocationHost(where.account, where.region);
  throw new CommandFailure(
    'PlaceUnknown',
    'Nothing says where the function is: give --account and --region, or set ALIBABA_CLOUD_ACCOUNT_ID and FC_DEPLOY_REGION.',
  );
}

function answerLines(functionName: string, { ok, body, requestId, logTail }: RemoteAnswer): readonly string[] {
  const style = styleFor();
  const tail = logTail.trimEnd();
  const log = tail === '' ? [] : [style.dim('The end of its log:'), ...tail.split('\n').map((line) => `  ${line}`), ''];
  return [
    ...log,
    `${ok ? style.good('answered') : style.bad('failed')}  ${body === '' ? '(nothing)' : body}`,
    style.dim(`  ${functionName}, request ${requestId ?? 'unknown'}`),
  ];
}
