import { mkdir, open } from 'node:fs/promises';
import path from 'node:path';
import { type Channel, delivered, undelivered } from './channel.ts';
import { messageJson } from './message.ts';

/** Appends each message to a file as one line of JSON, flushed before it counts as delivered. Makes the file and its folder. */
export function fileChannel(file: string): Channel {
  return {
    kind: 'file',
    async send(message) {
      try {
        await mkdir(path.dirname(path.resolve(file)), { recursive: true });
        const handle = await open(file, 'a', 0o600);
        try {
          await handle.writeFile(`${messageJson(message)}\n`);
          await handle.sync();
        } finally {
          await handle.close();
        }
        return delivered;
      } catch (error) {
        return undelivered(`the file could not be written (${(error as NodeJS.ErrnoException).code ?? 'unknown error'})`);
      }
    },
  };
}
