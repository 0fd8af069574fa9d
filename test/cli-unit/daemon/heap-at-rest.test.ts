import test from 'ava';
import { heapKeeper } from '../../../cli/daemon/heap-at-rest.ts';

const MB = 1024 * 1024;

function heap(used: number) {
  const state = { used, busy: 0, collections: 0 };
  const look = heapKeeper({
    collect() {
      state.collections++;
      state.used = 30 * MB;
    },
    used: () => state.used,
    utilization: () => state.busy,
  });
  return { state, look };
}

test('what a burst left is collected at the first rest, and once', (t) => {
  const { state, look } = heap(50 * MB);
  state.busy = 0.9;
  look();
  t.is(state.collections, 0, 'not while there is work');
  state.busy = 0.01;
  look();
  look();
  t.is(state.collections, 1);
  state.used = 31 * MB;
  look();
  t.is(state.collections, 1, 'a little more is not worth it');
  state.used = 40 * MB;
  look();
  t.is(state.collections, 2);
});

test('a heap that takes long to collect is left to V8', (t) => {
  const { state, look } = heap(100 * MB);
  look();
  t.is(state.collections, 0);
});
