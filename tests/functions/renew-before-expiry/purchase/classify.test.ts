import { describe, expect, test } from 'vitest';
import { classifyAnswer, classifyFailure } from '../../../../functions/renew-before-expiry/purchase/renew.ts';
import { CredentialsError, InputError } from '../../../../shared/client/errors.ts';
import { apiError } from './purchase-fixture.ts';

describe('what the answer to an order means', () => {
  test('an order id is an order', () => {
    expect(classifyAnswer({ OrderId: '2345', RequestId: 'r' })).toEqual({ outcome: 'ordered', orderId: '2345', requestId: 'r' });
  });

  test.each([undefined, null, {}, { OrderId: '' }, { OrderId: 7 }, { RequestId: 'r' }])('%j names no order and is unclear', (output) => {
    expect(classifyAnswer(output)).toMatchObject({ outcome: 'unclear', code: 'NoOrderId' });
  });

  test.each([
    'Throttling',
    'Throttling.User',
    'Throttling.Api',
    'IncompleteSignature',
    'SignatureDoesNotMatch',
    'InvalidTimeStamp.Expired',
    'InvalidTimeStamp.Format',
    'InvalidAccessKeyId.NotFound',
    'InvalidAccessKeyId.Inactive',
    'InvalidSecurityToken.Expired',
    'InvalidSecurityToken.Malformed',
    'MissingSecurityToken',
    'NoPermission',
    'Forbidden',
    'Forbidden.RAM',
    'MissingAppInstanceGroupId',
    'InvalidApi.NotFound',
    'InvalidProduct.NotPurchased',
  ])('%s in an answer proves that nothing was executed', (code) => {
    expect(classifyFailure(apiError(code, { httpStatus: 400, requestId: 'r' }))).toEqual({ outcome: 'rejected', code, requestId: 'r' });
  });

  test.each([
    ['SignatureNonceUsed', 400],
    ['ServiceUnavailable', 503],
    ['InternalError', 500],
    ['Throttling.User', 503],
    ['Forbidden.RAM', 500],
    ['NoPermissionAtAll', 403],
    ['SignatureDoesNotMatchAnything', 400],
    ['InvalidParameter.Period', 400],
    ['OrderFailed', 200],
    ['NotSuccessful', 200],
    ['UnreadableAnswer', 200],
    ['UnexpectedAnswer', 200],
    ['Redirected', 307],
    ['Http502', 502],
    ['throttling.user', 400],
  ])('%s with HTTP %i proves nothing', (code, httpStatus) => {
    expect(classifyFailure(apiError(code, { httpStatus }))).toMatchObject({ outcome: 'unclear', code });
  });

  test.each(['AnswerTimeout', 'ConnectionLost', 'AnswerTooLarge', 'Aborted'])('%s after sending is unclear', (code) => {
    expect(classifyFailure(apiError(code))).toEqual({ outcome: 'unclear', code });
  });

  test('an answer that says that it was executed but cannot be read is unclear', () => {
    expect(classifyFailure(apiError('UnexpectedAnswer', { executed: 'yes', httpStatus: 200 })).outcome).toBe('unclear');
  });

  test.each([
    apiError('NotConnected', { executed: 'no' }),
    apiError('ConnectTimeout', { executed: 'no' }),
    apiError('DeadlineExceeded', { executed: 'no', attempts: 0 }),
    new InputError('RenewAppInstanceGroup', []),
    new CredentialsError('MissingCredentials', 'none'),
  ])('$code: not one byte left, so nothing was sent', (error) => {
    expect(classifyFailure(error)).toEqual({ outcome: 'not-sent', code: error.code });
  });

  test.each([new Error('bug'), new TypeError('bug'), 'text', undefined])('anything else that is thrown is unclear', (error) => {
    expect(classifyFailure(error)).toEqual({ outcome: 'unclear', code: 'UnexpectedFailure' });
  });
});
