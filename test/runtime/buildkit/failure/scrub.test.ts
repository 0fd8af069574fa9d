import test from 'ava';
import { scrubEvent } from '../../../../runtime/buildkit/failure/scrub-event.ts';
import { createScrubber } from '../../../../runtime/buildkit/failure/scrub.ts';

test('neither steps nor warnings nor what they print have a secret in them that was handed out', (t) => {
  const scrubber = createScrubber();
  scrubber.hide('hunter2\n');
  scrubber.hide('hunter2-and-more');
  const step = {
    type: 'step',
    id: 'd',
    inputs: [],
    cached: false,
    name: 'RUN echo hunter2',
    error: '//me:pw@host hunter2-and-more',
  } as const;
  t.like(scrubEvent(step, scrubber), { name: 'RUN echo ***', error: '//***@host ***' });
  t.like(scrubEvent({ type: 'warning', step: 'd', message: 'hunter2', detail: ['of hunter2'], url: 'x' }, scrubber), {
    message: '***',
    detail: ['of ***'],
  });
  const data = Buffer.from('a hunter2 hunter2-and-more\xff', 'latin1');
  const logged = scrubEvent({ type: 'log', step: 'd', stream: 'stdout', time: '', data }, scrubber);
  t.is(logged.type === 'log' && Buffer.from(logged.data).toString('latin1'), 'a *** ***\xff');
  const plain = { type: 'log', step: 'd', stream: 'stdout', time: '', data: Buffer.from('plain') } as const;
  t.is((scrubEvent(plain, scrubber) as typeof plain).data, plain.data);
});
