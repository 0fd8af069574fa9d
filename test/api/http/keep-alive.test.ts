import test from 'ava';
import { EventEmitter } from 'node:events';
import { watchOver, type Living } from '../../../api/http/websocket/keep-alive.ts';

const OPEN = 1;
const CLOSING = 2;

/** A connection that notes what is done to it, looked after each 5 s of a time of its own. */
function watched() {
  const events = new EventEmitter();
  const done: string[] = [];
  let now = 0;
  const socket = Object.assign(events, {
    OPEN,
    readyState: OPEN,
    isPaused: false,
    ping: () => void done.push('ping'),
    pong: () => void done.push('pong'),
    terminate: () => void done.push('terminate'),
  });
  const look = watchOver(socket as unknown as Living, () => now);
  return {
    socket,
    /** So many times; answers what was done. */
    look: (times: number): readonly string[] => {
      done.length = 0;
      for (let n = 0; n < times; n++) {
        now += 5_000;
        look();
      }
      return [...done];
    },
  };
}

const many = (count: number, word: string): readonly string[] => Array.from({ length: count }, () => word);

test('a client who gives no sign of life is asked for a minute, and is gone then', (t) => {
  const { look } = watched();
  t.deepEqual(look(12), many(12, 'ping'));
  t.deepEqual(look(1), ['terminate']);
});

for (const sign of ['ping', 'pong', 'message']) {
  test(`a ${sign} is a sign of life`, (t) => {
    const { look, socket } = watched();
    look(11);
    socket.emit(sign);
    t.deepEqual(look(12), many(12, 'ping'));
    t.deepEqual(look(1), ['terminate']);
  });
}

test('a client whom we do not read is told that we live, and his silence does not count', (t) => {
  const { look, socket } = watched();
  look(11);
  socket.isPaused = true;
  t.deepEqual(look(100), many(100, 'pong'));
  socket.isPaused = false;
  t.deepEqual(look(12), many(12, 'ping'));
  t.deepEqual(look(1), ['terminate']);
});

test('a connection that ends is left alone', (t) => {
  const { look, socket } = watched();
  socket.readyState = CLOSING;
  t.deepEqual(look(100), []);
});
