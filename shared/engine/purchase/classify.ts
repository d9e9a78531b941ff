import { ApiError, CredentialsError, InputError } from '../../client/errors.ts';
import { provesNotExecuted } from '../../client/failure.ts';
import type { AnswerBody } from '../../journal/renewals/renewal-record.ts';

/** What an order's answer says: `ordered` where it names the order; without a number nobody can tell what was done. */
export function classifyAnswer(output: unknown): AnswerBody {
  const { OrderId: orderId, RequestId: requestId } = (output ?? {}) as { readonly OrderId?: unknown; readonly RequestId?: unknown };
  const id = typeof requestId === 'string' ? { requestId } : {};
  if (typeof orderId === 'string' && orderId !== '') return { outcome: 'ordered', orderId, ...id };
  return { outcome: 'unclear', code: 'NoOrderId', ...id };
}

/** Codes of refusals that are about the one resource that was to be renewed; any other failure may meet the next order too. */
const ownToResource = /NotFound|NotExist|NotExists|Status|Released|Expired|InvalidParameter|InvalidPeriod|OperationDenied\.Resource/i;

/** Codes of CredentialsError: there are no keys, or they are not those of the account. */
const ofTheKeys: ReadonlySet<string | undefined> = new Set([
  ...['AccountMismatch', 'AccountUnknown', 'AssumeRoleFailed', 'MissingCredentials', 'MissingSecurityToken', 'ProfileUnusable'],
]);

/** True where nothing was sent because of the keys: a failure, where else what was not sent was kept back by us for the next run. */
export function lacksKeys({ outcome, code }: Pick<AnswerBody, 'outcome' | 'code'>): boolean {
  return outcome === 'not-sent' && ofTheKeys.has(code);
}

/**
 * Why no further order is placed in a run after this answer (protocols, renewal, step 20): a failure whose cause is not the resource's own,
 * such as the balance, a permission, the keys or the service itself. Undefined after an order that was placed, after what was kept back by us,
 * and where the refusal names the resource.
 */
export function orderBlock(answer: AnswerBody): string | undefined {
  const { outcome, code = 'no code' } = answer;
  if (outcome === 'ordered' || (outcome === 'not-sent' && !lacksKeys(answer))) return undefined;
  return ownToResource.test(code) ? undefined : code;
}

/**
 * What a failed order means (protocols, renewal, step 8). `rejected` takes an answer with a code that comes before execution only;
 * `not-sent` the client's proof that not one byte left the process. Everything else is `unclear`.
 */
export function classifyFailure(error: unknown): AnswerBody {
  if (error instanceof InputError || error instanceof CredentialsError) return { outcome: 'not-sent', code: error.code };
  if (!(error instanceof ApiError)) return { outcome: 'unclear', code: 'UnexpectedFailure' };
  const { code, httpStatus, requestId, executed } = error;
  const rest = { code, ...(requestId === undefined ? {} : { requestId }) };
  if (httpStatus !== undefined) return { outcome: provesNotExecuted(code, httpStatus) ? 'rejected' : 'unclear', ...rest };
  return { outcome: executed === 'no' ? 'not-sent' : 'unclear', ...rest };
}
