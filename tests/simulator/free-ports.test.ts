import { createServer, type Server } from 'node:http';
import { expect, test } from 'vitest';
import { closeServer, listen } from '../../simulator/front/server.ts';

/** A server to which the system offers these ports first when it asks for any free one. */
function offered(...ports: number[]): Server {
  const server = createServer();
  const open = server.listen.bind(server) as (port: number, host: string, done: () => void) => Server;
  server.listen = ((port: number, host: string, done: () => void) => open(ports.shift() ?? port, host, done)) as Server['listen'];
  return server;
}

test('a free port on which this process has listened before is given back, since clients remember who answered there', async () => {
  const first = createServer();
  const before = await listen(first, 0);
  await closeServer(first);
  const second = offered(before);
  const port = await listen(second, 0);
  expect(port).not.toBe(before);
  expect(second.address()).toMatchObject({ port });
  await closeServer(second);
  const asked = createServer();
  expect(await listen(asked, before)).toBe(before);
  await closeServer(asked);
});
