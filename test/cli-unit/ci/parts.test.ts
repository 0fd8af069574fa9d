import test from 'ava';
import { junitXml } from '../../../cli/ci/junit.ts';
import { ownObjects, placeProblems } from '../../../cli/ci/own-objects.ts';
import { parseSettings } from '../../../cli/ci/settings.ts';
import { substitute } from '../../../cli/ci/substitute.ts';
import { readDocuments, type Document, type Manifest } from '../../../cli/manifests/manifest.ts';
import { findByKindRef } from '../../../schemas/kinds.ts';
import type { ObjectInput } from '../../../schemas/object.ts';

const documentsOf = (text: string): readonly Document[] =>
  readDocuments([{ name: 'a.yaml', bytes: Buffer.from(text), directory: '/' }]);

const manifestsOf = (text: string): readonly Manifest[] =>
  documentsOf(text).map((document) => {
    const object = document.value as unknown as ObjectInput;
    const kind = findByKindRef(object);
    if (kind === undefined) throw new Error(`unknown kind ${object.kind}`);
    const place = kind.scope === 'Cluster' ? {} : { namespace: 'x' };
    return { object, kind, name: object.metadata.name ?? '', document, ...place };
  });

const container = (name: string, spec: string): string =>
  `apiVersion: tsmoby.dev/v1alpha1\nkind: Container\nmetadata: { name: ${name} }\nspec: ${spec}\n`;

test('--set has a value, or that of the environment', (t) => {
  const settings = parseSettings(['A=1', 'B=', 'C=x=y', 'HOME'], { HOME: '/root' });
  t.deepEqual(
    [...settings],
    [
      ['A', '1'],
      ['B', ''],
      ['C', 'x=y'],
      ['HOME', '/root'],
    ],
  );
  t.throws(() => parseSettings(['NONE'], {}), { name: 'UsageError', message: /the environment has no NONE/ });
  t.throws(() => parseSettings(['a-b=1'], {}), { name: 'UsageError' });
});

test('variables that are set are put in place, others are left to shells', (t) => {
  const text = container("'${NAME}'", "{ image: 'app:${TAG}', command: [sh, -c, 'echo ${HOME} $${TAG} $TAG'] }");
  const { documents, unused } = substitute(
    documentsOf(text),
    new Map([
      ['TAG', '7'],
      ['NAME', 'web'],
      ['TYPO', ''],
    ]),
  );
  t.deepEqual(unused, ['TYPO']);
  t.like(documents[0]?.value, {
    metadata: { name: 'web' },
    spec: { image: 'app:7', command: ['sh', '-c', 'echo ${HOME} ${TAG} $TAG'] },
  });
});

test('a value is a number or a truth value where the schema wants one, and nowhere else', (t) => {
  const spec =
    "{ image: a, privileged: '${YES}', ports: [{ containerPort: '${N}' }], env: [{ name: A, value: '${N}' }], readinessProbe: { tcpSocket: { port: '${N}' } } }";
  const { documents } = substitute(
    documentsOf(container('a', spec)),
    new Map([
      ['N', '80'],
      ['YES', 'true'],
    ]),
  );
  t.like(documents[0]?.value, {
    spec: {
      ports: [{ containerPort: 80 }],
      env: [{ value: '80' }],
      readinessProbe: { tcpSocket: { port: 80 } },
    },
  });
});

test('no value can add a field', (t) => {
  const value = 'x\n  privileged: true\n#';
  const { documents } = substitute(documentsOf(container('a', '\n  image: ${TAG}')), new Map([['TAG', value]]));
  const [document] = documents as readonly [Document];
  t.deepEqual((document.value as { readonly spec: unknown }).spec, { image: value });
});

test('objects that name a namespace, or have none, have no place in a copy', (t) => {
  const named = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  namespace: other\n';
  t.regex(placeProblems(documentsOf(named)).join(), /^a\.yaml:5:3: namespace "other" is named here/);
  const builder = 'apiVersion: tsmoby.dev/v1alpha1\nkind: Builder\nmetadata: { name: b }\nspec: { managed: true }\n';
  t.throws(() => ownObjects(manifestsOf(builder), 'shared'), {
    message: /a Builder belongs to no namespace.*--private/,
  });
  t.is(ownObjects(manifestsOf(builder), 'private').length, 1);
  const namespace = 'apiVersion: v1\nkind: Namespace\nmetadata: { name: n }\n';
  t.throws(() => ownObjects(manifestsOf(namespace), 'private'), { message: /makes one of its own/ });
});

test('ports of the machine are free ones; what cannot be is told with its place', (t) => {
  const web = container(
    'web',
    '{ image: a, ports: [{ containerPort: 80, hostPort: 80 }, { containerPort: 81 }, { containerPort: 82, hostPort: 0, hostIP: 0.0.0.0 }] }',
  );
  t.like(ownObjects(manifestsOf(web), 'shared')[0]?.object, {
    spec: {
      ports: [
        { containerPort: 80, hostPort: 0, hostIP: '127.0.0.1' },
        { containerPort: 81 },
        { containerPort: 82, hostPort: 0, hostIP: '0.0.0.0' },
      ],
    },
  });
  const range = container('r', '{ image: a, ports: [{ containerPort: 80, endPort: 90, hostPort: 80 }] }');
  t.throws(() => ownObjects(manifestsOf(range), 'shared'), {
    message: /a\.yaml:4:.*spec\.ports\[0\]\.hostPort: a range/,
  });
  const host = container('h', '{ image: a, hostNetwork: true, ports: [{ containerPort: 80, hostPort: 80 }] }');
  t.throws(() => ownObjects(manifestsOf(host), 'shared'), { message: /copies cannot share/ });
  const clash = [container('a-b', '{ image: a }'), container('a.b', '{ image: a }')].join('---\n');
  t.throws(() => ownObjects(manifestsOf(clash), 'shared'), { message: /a-b and a\.b would have the same environment/ });
});

test('JUnit: one case for each, and nothing that XML cannot hold', (t) => {
  const xml = junitXml('tsmoby ci a', Date.parse('2026-01-02T03:04:05Z'), [
    { group: 'Container', name: 'web', seconds: 1.5, outcome: { type: 'passed' } },
    { group: 'Build', name: 'b', seconds: 0, outcome: { type: 'skipped' } },
    {
      group: 'command',
      name: 'npm test "<&>"',
      seconds: 2,
      outcome: { type: 'failed', message: 'ended\nso', details: '\u001b[31mred\u0000 ]]> \ud800' },
    },
  ]);
  t.is(
    xml,
    `<?xml version="1.0" encoding="UTF-8"?>
<testsuites>
  <testsuite name="tsmoby ci a" tests="3" failures="1" errors="0" skipped="1" time="3.500" timestamp="2026-01-02T03:04:05">
    <testcase classname="tsmoby ci a.Container" name="web" time="1.500"/>
    <testcase classname="tsmoby ci a.Build" name="b" time="0.000">
      <skipped/>
    </testcase>
    <testcase classname="tsmoby ci a.command" name="npm test &quot;&lt;&amp;&gt;&quot;" time="2.000">
      <failure message="ended&#10;so">\ufffd[31mred\ufffd ]]&gt; \ufffd</failure>
    </testcase>
  </testsuite>
</testsuites>
`,
  );
});
