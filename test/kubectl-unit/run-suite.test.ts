import test from 'ava';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Case } from '../kubectl/suite/case.ts';
import { startSuite } from '../kubectl/suite/run-suite.ts';
import { temporaryDirectory } from '../runtime/host/temporary.ts';
import { scriptedCluster, scriptedKubectl } from './scene.ts';

const CORE = JSON.stringify({
  resources: [
    { name: 'namespaces', kind: 'Namespace', namespaced: false },
    { name: 'configmaps', kind: 'ConfigMap', namespaced: true },
  ],
});
const configMap = (name: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\n`;

const named = (title: string, more: Partial<Case> = {}) => ({
  title,
  case: { title, steps: [{ kubectl: 'version' }], ...more },
});

test('cases run side by side, and their results come in their order', async (t) => {
  await using directory = await temporaryDirectory();
  const kubectl = await scriptedKubectl(`${directory.path}/bin`, '[ "$1" = version ]');
  const cluster = scriptedCluster(kubectl, directory.path, (method) => ({
    status: method === 'POST' ? 201 : 200,
    text: CORE,
  }));
  const cases = [named('a'), named('b', { steps: [{ kubectl: 'fail' }] }), named('c', { needs: ['containers'] })];
  const suite = startSuite(cases, cluster, { jobs: 2, signal: new AbortController().signal });
  const results = await Promise.all(suite.cases.map(({ result }) => result));
  t.deepEqual(
    results.map(({ outcome }) => outcome),
    ['passed', 'failed', 'skipped'],
  );
  await t.notThrowsAsync(suite.ended);
});

test('after an abort nothing more is made, by this case or the next, and all has ended before the suite has', async (t) => {
  await using directory = await temporaryDirectory();
  const kubectl = await scriptedKubectl(`${directory.path}/bin`, 'echo started > /dev/null');
  const interrupted = new AbortController();
  let answered = false;
  const cluster = scriptedCluster(kubectl, directory.path, async (method, path) => {
    if (method !== 'POST') return { text: CORE };
    if (!path.includes('configmaps')) return { status: 201 };
    interrupted.abort(new Error('enough'));
    await sleep(50);
    answered = true;
    return { status: 201 };
  });
  const given = `${configMap('x')}---\n${configMap('y')}`;
  const cases = [named('a', { given }), named('b'), named('c', { needs: ['containers'] })];
  const suite = startSuite(cases, cluster, { jobs: 1, signal: interrupted.signal });
  await suite.ended;
  t.true(answered, 'what was on its way when the suite ended would be made after the cluster was swept');
  t.deepEqual(
    cluster.requests.filter((request) => !request.startsWith('GET')),
    ['POST /api/v1/namespaces', 'POST /api/v1/namespaces/kc123456-0/configmaps'],
  );
  for (const { result } of suite.cases) await t.throwsAsync(result, { message: 'enough' });
});

test('an abort before the first case makes nothing at all', async (t) => {
  await using directory = await temporaryDirectory();
  const cluster = scriptedCluster('/bin/false', directory.path, () => ({ text: CORE }));
  const suite = startSuite([named('a'), named('b')], cluster, { jobs: 2, signal: AbortSignal.abort(new Error('no')) });
  await suite.ended;
  t.deepEqual(cluster.requests, []);
});
