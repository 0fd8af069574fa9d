import test from 'ava';
import { EventEmitter } from 'node:events';
import { mock } from 'node:test';
import type { ServerResponse } from 'node:http';
import { finish } from '../../../api/http/writable.ts';

/** An answer that notes what is done to it; its reader takes nothing. */
function silent() {
  const done: string[] = [];
  const response = Object.assign(new EventEmitter(), {
    writableFinished: false,
    end: () => void done.push('end'),
    destroy: () => void done.push('destroy'),
  });
  return { done, response, asResponse: response as unknown as ServerResponse };
}

test.before(() => mock.timers.enable({ apis: ['setTimeout'] }));
test.after.always(() => mock.timers.reset());

test.serial('a reader who takes nothing of a large answer is let go of, later the larger it is', (t) => {
  const { done, asResponse } = silent();
  finish(asResponse, Buffer.alloc(1_600_000));
  mock.timers.tick(159_999);
  t.deepEqual(done, ['end']);
  mock.timers.tick(1);
  t.deepEqual(done, ['end', 'destroy']);
});

test.serial('one who has taken all is not, and small answers are nobody’s worry', (t) => {
  const taken = silent();
  finish(taken.asResponse, Buffer.alloc(1_000_000));
  taken.response.emit('close');
  const small = silent();
  finish(small.asResponse, Buffer.alloc(1_000));
  mock.timers.tick(10_000_000);
  t.deepEqual([taken.done, small.done], [['end'], ['end']]);
});
