import { Agent, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { send } from './signed-request.ts';
import { key, oneGroup, startSmall } from './small-service.ts';

const read = (url: string) => send(url, { action: 'GetAppInstanceGroup', query: oneGroup, key });

test('closing ends idle connections that a client keeps alive', async () => {
  const { simulator } = await startSmall();
  const socket = await idleConnection(simulator.url);
  expect(socket.destroyed).toBe(false);
  const ended = new Promise((resolve) => socket.once('close', resolve));
  await simulator.close();
  await ended;
});

test('closing ends connections on which no request was ever sent', async () => {
  const { simulator } = await startSmall();
  const socket = connect(simulator.port, simulator.host);
  await new Promise((resolve) => socket.once('connect', resolve));
  const ended = new Promise((resolve) => socket.on('error', () => {}).once('close', resolve));
  await simulator.close();
  await ended;
});

test('closing twice is closing once, and the port is free again', async () => {
  const { simulator } = await startSmall();
  await Promise.all([simulator.close(), simulator.close()]);
  const { simulator: next } = await startSmall({ port: simulator.port });
  expect((await read(next.url)).status).toBe(200);
  await next.close();
});

test('a port that is taken is a clear error with a code', async () => {
  const { simulator } = await startSmall();
  await expect(startSmall({ port: simulator.port })).rejects.toMatchObject({
    name: 'SimulatorError',
    code: 'PortTaken',
    message: expect.stringContaining(`Port ${simulator.port} of 127.0.0.1 is taken. Choose another port`),
  });
  await simulator.close();
});

test('only the loopback address is listened on', async () => {
  const { simulator } = await startSmall();
  expect(simulator.url).toBe(`http://127.0.0.1:${simulator.port}`);
  await simulator.close();
});

function idleConnection(url: string): Promise<Socket> {
  const agent = new Agent({ keepAlive: true });
  return new Promise((resolve, reject) => {
    request(new URL('/', url), { agent }, (response) => {
      const { socket } = response;
      response.resume().on('end', () => resolve(socket));
    })
      .on('error', reject)
      .end();
  });
}
