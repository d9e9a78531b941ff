import { createServer } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import { localWorld } from '../../cli/harness/world.ts';
import { openWorld } from '../../cli/world/open.ts';
import { listen, urlOf } from '../fixtures/http.ts';

const servers: ReturnType<typeof createServer>[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
});

/** An HTTP server that is no simulator. */
async function answering(body: string): Promise<string> {
  const server = createServer((_request, response) => response.end(body));
  servers.push(server);
  await listen(server);
  return urlOf(server);
}

test.each(['localhost:8080', 'https://simulator.example.com', 'http:// x', 'simulator'])('%s is no address of a simulator', async (url) => {
  const message = `--simulator is '${url}', not an address such as http://127.0.0.1:8080. Start one with 'streamwarden simulator' and give the address that it prints.`;
  await expect(openWorld({ simulator: url })).rejects.toMatchObject({ code: 'Usage', message });
});

test.each([
  ['<html></html>', /^No simulator answers at http:\S+ \(its answer is not JSON\)\. Start one/],
  ['{}', /^What answers at http:\S+ is no simulator with an account\. Start one/],
  ['null', /^What answers at http:\S+ is no simulator with an account\. Start one/],
])('another server, which answers %s, is not taken for a simulator', async (body, said) => {
  await expect(openWorld({ simulator: await answering(body) })).rejects.toMatchObject({
    code: 'NoSimulator',
    message: expect.stringMatching(said),
  });
});

test('where nobody listens, the message says so, and which simulator an invocation needs', async () => {
  const url = await answering('');
  await new Promise((resolve) => servers.pop()?.close(resolve));
  const start = "Start one with 'streamwarden simulator --gateway-clock virtual' and give the address that it prints.";
  await expect(localWorld({ simulator: url })).rejects.toMatchObject({
    code: 'NoSimulator',
    message: `No simulator answers at ${url} (ECONNREFUSED). ${start}`,
  });
});
