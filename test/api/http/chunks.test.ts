import test from 'ava';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { chunkOf, writeChunk } from '../../../api/http/chunks.ts';

async function answerTo(request: string): Promise<string> {
  const pieces = [Buffer.from('one\n'), Buffer.from('zwölf\n')];
  const bytes = pieces.reduce((sum, { length }) => sum + length, 0);
  const server = createServer((_, response) => {
    response.flushHeaders();
    writeChunk(response, chunkOf(pieces, bytes));
    writeChunk(response, chunkOf([Buffer.from('last')], 4));
    response.end();
  }).listen(0);
  await once(server, 'listening');
  const socket = connect((server.address() as AddressInfo).port).setEncoding('utf8');
  let text = '';
  socket.on('data', (data: string) => (text += data)).write(request);
  await once(socket, 'end');
  server.close();
  return text.slice(text.indexOf('\r\n\r\n') + 4);
}

test('chunks are framed as HTTP/1.1 wants them, and end with the answer', async (t) => {
  const body = await answerTo('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
  t.is(body, 'b\r\none\nzwölf\n\r\n4\r\nlast\r\n0\r\n\r\n');
});

test('a client of HTTP/1.0 gets what is in the chunks', async (t) => {
  t.is(await answerTo('GET / HTTP/1.0\r\n\r\n'), 'one\nzwölf\nlast');
});
