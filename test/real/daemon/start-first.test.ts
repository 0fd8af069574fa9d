/** A container is replaced while it is asked all the time: nobody is refused, and whoever is served already is served to the end. */
import test from 'ava';
import type { Container } from '../../../schemas/gen/types.ts';
import { answersWith } from '../../support/daemon/http.ts';
import { askOnce, startLoad } from '../../support/daemon/load.ts';
import { onDaemon } from '../../support/daemon/scenario.ts';
import { conditionOf, type Space } from '../../support/daemon/space.ts';

const scenario = onDaemon(test);

/** Says its version; `/cgi-bin/slow` says it after a while. */
const serve = (version: string, port: number): string =>
  `mkdir -p /w/cgi-bin && echo ${version} > /w/index.html
cat > /w/cgi-bin/slow <<'END'
#!/bin/sh
printf 'Content-Type: text/plain\\r\\n\\r\\nbegun\\n'
sleep 8
echo ${version}
END
chmod +x /w/cgi-bin/slow && exec busybox httpd -f -p ${port} -h /w`;

const apply = (space: Space, version: string, port = 80) =>
  space.container('web', {
    command: ['sh', '-c', serve(version, port)],
    init: true,
    ports: [{ containerPort: 80, hostPort: 0, protocol: 'TCP' }],
    readinessProbe: { tcpSocket: { port: 80 }, periodSeconds: 1, failureThreshold: 1 },
    updateStrategy: { type: 'StartFirst' },
    progressDeadlineSeconds: port === 80 ? 120 : 6,
    terminationGracePeriodSeconds: 30,
  });

const isRolledOut = (object: Container): boolean =>
  conditionOf(object, 'RolledOut')?.status === 'True' &&
  object.status?.observedGeneration === object.metadata.generation;

const rolledOut = (space: Space) => space.until<Container>('Container', 'web', 'is rolled out', isRolledOut);

async function firstVersion(space: Space) {
  await apply(space, 'v1');
  const first = await rolledOut(space);
  const url = `http://127.0.0.1:${first.status?.ports?.[0]?.hostPort}/`;
  await answersWith(url, 'v1');
  return { first, url };
}

scenario('three changes under load refuse nobody, and a slow answer is finished by the old one', async (t, space) => {
  const { first, url } = await firstVersion(space);
  await using load = startLoad(url);
  const slow = askOnce(`${url}cgi-bin/slow`, 60_000);
  await space.until<Container>('Container', 'web', 'is asked', () => true);
  await apply(space, 'v2');
  const second = await rolledOut(space);
  t.true(
    second.status?.draining?.some(({ containerID }) => containerID === first.status?.containerID),
    'the old one is kept by its connection',
  );
  t.is(await answersWith(url, 'v2'), 'v2');
  t.regex(await slow, /^begun\s+v1$/);
  for (const version of ['v3', 'v4']) {
    await apply(space, version);
    await rolledOut(space);
    t.is(await answersWith(url, version), version);
  }
  const after = await space.until<Container>('Container', 'web', 'has drained', ({ status }) => !status?.draining);
  const { answered, seconds, failures, answers } = await load.end();
  t.log(`${answered} requests answered in ${seconds.toFixed(0)} s, ${failures.length} failed`);
  t.deepEqual(failures, []);
  t.deepEqual([...answers].toSorted(), ['v1', 'v2', 'v3', 'v4']);
  t.like(after.status, { sandboxGeneration: 3, ready: true });
});

scenario('a version that never gets ready is taken back, and nobody asked it', async (t, space) => {
  const { first, url } = await firstVersion(space);
  await using load = startLoad(url);
  await apply(space, 'bad', 81);
  const after = await space.until<Container>(
    'Container',
    'web',
    'is taken back',
    (object) => conditionOf(object, 'RolledOut')?.reason === 'RolledBack' && object.status?.update === undefined,
  );
  const { answered, seconds, failures, answers } = await load.end();
  t.log(`${answered} requests answered in ${seconds.toFixed(0)} s, ${failures.length} failed`);
  t.deepEqual(failures, []);
  t.deepEqual([...answers], ['v1']);
  t.like(after.status, { pid: first.status?.pid ?? 0, restartCount: 0 });
});
