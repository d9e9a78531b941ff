import type { Failure } from './failure.ts';
import type { CallClass } from './retry.ts';

const grant = 'Grant this operation to the identity in RAM.';
const checkVersion = 'Check the endpoint and the API version.';
const checkNetwork = 'Check the endpoint and the network.';

const byCode: readonly (readonly [start: string, advice: string])[] = [
  ['Throttling', 'The account makes too many calls: wait, or make fewer at once.'],
  ['InvalidTimeStamp', 'The clock of this machine differs from the service by more than 15 minutes: set it.'],
  ['SignatureDoesNotMatch', 'Check the access key secret.'],
  ['IncompleteSignature', 'Check the access key id and secret.'],
  ['InvalidAccessKeyId', 'Check the access key id: it does not exist or is switched off.'],
  ['InvalidSecurityToken', 'Get new temporary credentials.'],
  ['MissingSecurityToken', 'Pass the security token that belongs to the temporary keys.'],
  ['NoPermission', grant],
  ['Forbidden', grant],
  ['InvalidApi', checkVersion],
  ['InvalidProduct', checkVersion],
  ['ConnectTimeout', checkNetwork],
  ['NotConnected', checkNetwork],
  ['Aborted', 'It was told to stop.'],
  ['Redirected', 'Check the endpoint: redirects are never followed.'],
];

/** What to do after a failure, in a sentence or two. */
export function adviceFor(failure: Pick<Failure, 'code' | 'executed' | 'httpStatus'>, callClass: CallClass): string {
  const known = byCode.find(([start]) => failure.code.startsWith(start))?.[1];
  return [known, doubt(failure, callClass)].filter((part) => part !== undefined).join(' ') || 'Read the message of the service.';
}

function doubt({ executed }: Pick<Failure, 'executed'>, callClass: CallClass): string | undefined {
  if (executed === 'yes') return 'The call was executed; only its answer could not be understood.';
  if (executed === 'no') return callClass === 'read' ? undefined : 'Nothing was executed.';
  return callClass === 'purchase'
    ? 'The order may have been placed: check the resource and the orders, and do not send it again.'
    : 'It may have been executed: read the resource before trying again.';
}
