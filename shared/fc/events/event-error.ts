/** An event that is not what its trigger sends, or that nobody should read. The message never quotes it. `code` is `MalformedEvent`. */
export class EventError extends Error {
  readonly code = 'MalformedEvent';
  constructor(message: string) {
    super(message);
    this.name = 'EventError';
  }
}
