/** Something cannot be dispatched. The message says what to change. */
export class DispatchError extends Error {
  readonly code: 'UnknownTarget' | 'InvocationsUnknown' | 'FunctionNotBeside' | 'NoTimeLeft';
  constructor(code: DispatchError['code'], message: string) {
    super(message);
    this.name = 'DispatchError';
    this.code = code;
  }
}
