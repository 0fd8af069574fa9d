import test from 'ava';
import { credentialsFor, credentialsForHost } from '../../../schemas/values/registry-credentials.ts';
import type { Secret } from '../../../schemas/gen/types.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');

function secretOf(content: unknown, name = 'pull'): Secret {
  const text = typeof content === 'string' ? content : JSON.stringify(content);
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace: 'team', uid: 'u', resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' },
    type: 'kubernetes.io/dockerconfigjson',
    data: { '.dockerconfigjson': base64(text) },
  };
}

const auth = (user: string): { auth: string } => ({ auth: base64(`${user}:hunter2`) });
const found = (reference: string, ...auths: Record<string, unknown>[]): string | undefined =>
  credentialsFor(
    reference,
    auths.map((each) => secretOf({ auths: each })),
  )?.username;

const ROWS: readonly (readonly [string, string, Record<string, unknown>, string | undefined])[] = [
  ['a host', 'ghcr.io/a/b:1', { 'ghcr.io': auth('u') }, 'u'],
  ['a host with a port', 'localhost:5000/a', { 'localhost:5000': auth('u') }, 'u'],
  ['another port', 'localhost:5001/a', { 'localhost:5000': auth('u') }, undefined],
  ['another host', 'ghcr.io/a', { 'quay.io': auth('u') }, undefined],
  ['the beginning of a host', 'ghcr.io.evil.example/a', { 'ghcr.io': auth('u') }, undefined],
  ['a path', 'ghcr.io/team/app', { 'ghcr.io/team': auth('u') }, 'u'],
  ['the beginning of a path’s name', 'ghcr.io/teams/app', { 'ghcr.io/team': auth('u') }, undefined],
  [
    'the most specific',
    'ghcr.io/team/app',
    { 'ghcr.io': auth('host'), 'ghcr.io/team': auth('team'), 'ghcr.io/team/other': auth('o') },
    'team',
  ],
  ['a scheme', 'ghcr.io/a', { 'https://ghcr.io/': auth('u') }, 'u'],
  ['docker’s old address of the hub', 'busybox', { 'https://index.docker.io/v1/': auth('u') }, 'u'],
  ['the hub', 'docker.io/team/app', { 'docker.io': auth('u') }, 'u'],
  ['the hub’s registry', 'team/app', { 'registry-1.docker.io': auth('u') }, 'u'],
  ['user and password as they are', 'ghcr.io/a', { 'ghcr.io': { username: 'u', password: 'p:q' } }, 'u'],
  ['an entry that is null', 'ghcr.io/a', { 'ghcr.io': null }, undefined],
  ['an entry that is empty', 'ghcr.io/a', { 'ghcr.io': {} }, undefined],
  ['an entry without a colon', 'ghcr.io/a', { 'ghcr.io': { auth: base64('nocolon') } }, undefined],
];

for (const [title, reference, auths, user] of ROWS) {
  test(`${title}: ${reference} gets ${user ?? 'nothing'}`, (t) => {
    t.is(found(reference, auths), user);
  });
}

test('a password may hold colons, and an identity token goes along', (t) => {
  const entry = { auth: base64('u:p:q'), identitytoken: 'token' };
  t.deepEqual(credentialsFor('ghcr.io/a', [secretOf({ auths: { 'ghcr.io': entry } })]), {
    username: 'u',
    password: 'p:q',
    identityToken: 'token',
  });
});

test('the first Secret that has an entry wins', (t) => {
  t.is(
    found('ghcr.io/a', { 'quay.io': auth('x') }, { 'ghcr.io': auth('first') }, { 'ghcr.io/a': auth('second') }),
    'first',
  );
});

const BROKEN: Readonly<Record<string, Secret>> = {
  'no JSON': secretOf('{"auths": hunter2'),
  'no auths': secretOf({ hunter2: 1 }),
  'auths that are none': secretOf({ auths: 'hunter2' }),
  'JSON that is null': secretOf('null'),
  'no such key': { ...secretOf({}), data: { other: base64('hunter2') } },
};

for (const [title, secret] of Object.entries(BROKEN)) {
  test(`a Secret with ${title} is told of, and nothing of what is in it`, (t) => {
    const error = t.throws(() => credentialsFor('ghcr.io/a', [secret]));
    t.is(error?.name, 'PullSecretError');
    t.regex(error?.message ?? '', /imagePullSecret team\/pull/);
    t.notRegex(error?.message ?? '', /hunter2/);
  });
}

test('who knows no more than the host gets what is for the host, else for a path on it', (t) => {
  const secrets = [secretOf({ auths: { 'ghcr.io/team': auth('team'), 'https://index.docker.io/v1/': auth('hub') } })];
  t.is(credentialsForHost('ghcr.io', secrets)?.username, 'team');
  t.is(credentialsForHost('registry-1.docker.io', secrets)?.username, 'hub');
  t.is(credentialsForHost('quay.io', secrets), undefined);
  const both = [secretOf({ auths: { 'ghcr.io/team': auth('team'), 'ghcr.io': auth('host') } })];
  t.is(credentialsForHost('ghcr.io', both)?.username, 'host');
});
