import { type Channel, delivered, undelivered } from './channel.ts';
import { messageLine } from './message.ts';

/** Writes each message as one line. `write` takes the line; default: standard error, where it mixes with no output of a command. */
export function consoleChannel(write: (line: string) => void = (line) => process.stderr.write(`${line}\n`)): Channel {
  return {
    kind: 'console',
    async send(message) {
      try {
        write(messageLine(message));
        return delivered;
      } catch (error) {
        return undelivered(`the line could not be written (${(error as NodeJS.ErrnoException).code ?? 'unknown error'})`);
      }
    },
  };
}
