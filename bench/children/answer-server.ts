/** Answers every request with 124 bytes of JSON, whatever it asks: the client is what is measured. */
import { createServer } from 'node:http';

const answer = JSON.stringify({ RequestId: '1CBAFFAB-B697-4049-A9B1-67E1FC5F0000', Code: '200', Message: 'x'.repeat(49) });
const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(answer) };
const server = createServer((request, response) => {
  request.resume();
  request.on('end', () => response.writeHead(200, headers).end(answer));
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address !== null && typeof address === 'object') process.stdout.write(`http://127.0.0.1:${address.port}\n`);
});
