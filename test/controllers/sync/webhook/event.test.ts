import test from 'ava';
import { concerns, type SignedCall } from '../../../../controllers/sync/webhook/event.ts';
import type { GitRef, SyncSource } from '../../../../runtime/ports/sync-sources.ts';

const git = (ref: GitRef): SyncSource => ({ type: 'git', url: 'https://x/y', ref, submodules: false });
const MAIN = git({ type: 'branch', name: 'main' });
const ARTIFACT: SyncSource = { type: 'oci', reference: 'x/y', insecure: false };

const call = (event: string, body: object | string | undefined, type: SignedCall['type'] = 'GitHub'): SignedCall => ({
  type,
  event,
  contentType: 'application/json',
  body: typeof body === 'object' ? JSON.stringify(body) : body,
});
const push = (ref: string, more: object = {}): SignedCall => call('push', { ref, ...more });

test('a push counts when it is to what is followed', (t) => {
  t.true(concerns(push('refs/heads/main'), MAIN));
  t.false(concerns(push('refs/heads/mainly'), MAIN));
  t.false(concerns(push('refs/tags/main'), MAIN));
  const tag = git({ type: 'tag', name: 'v1' });
  t.true(concerns(push('refs/tags/v1'), tag));
  t.false(concerns(push('refs/heads/v1'), tag));
  const range = git({ type: 'semver', range: '1.x' });
  t.true(concerns(push('refs/tags/v9'), range));
  t.false(concerns(push('refs/heads/main'), range));
  t.true(concerns(push('refs/heads/any'), git({ type: 'commit', name: 'a'.repeat(40) })));
});

test('without a ref it is the branch that the host names as default, or any where it names none', (t) => {
  const source = git({ type: 'default' });
  t.true(concerns(push('refs/heads/trunk', { repository: { default_branch: 'trunk' } }), source));
  t.false(concerns(push('refs/heads/main', { repository: { default_branch: 'trunk' } }), source));
  t.false(concerns(push('refs/heads/main', { project: { default_branch: 'trunk' } }), source));
  t.true(concerns(push('refs/heads/main'), source));
  t.false(concerns(push('refs/tags/v1'), source));
});

test('pings and events that are no pushes do nothing; an artifact may be another one after any event', (t) => {
  t.false(concerns(call('ping', { zen: 'x' }), MAIN));
  t.false(concerns(call('issues', { ref: 'refs/heads/main' }), MAIN));
  t.false(concerns(call('Issue Hook', {}, 'GitLab'), MAIN));
  t.false(concerns(call('System Hook', { event_name: 'user_create' }, 'GitLab'), MAIN));
  t.true(concerns(call('System Hook', { ref: 'refs/heads/main' }, 'GitLab'), MAIN));
  t.true(concerns(call('Push Hook', { ref: 'refs/heads/main' }, 'GitLab'), MAIN));
  t.true(concerns(call('Tag Push Hook', { ref: 'refs/tags/v1' }, 'GitLab'), git({ type: 'semver', range: '*' })));
  t.true(concerns(call('registry_package', {}), ARTIFACT));
  t.false(concerns(call('ping', {}), ARTIFACT));
});

test('what says nothing, or too much to be looked into, may be about what is followed', (t) => {
  t.true(concerns(call('', '', 'Generic'), MAIN));
  t.true(concerns(call('', '{"nested": [', 'GenericHMAC'), MAIN));
  t.true(concerns(call('', '"text"', 'GenericHMAC'), MAIN));
  t.false(concerns(call('', { ref: 'refs/heads/other' }, 'GenericHMAC'), MAIN));
  t.true(concerns(call('push', undefined), MAIN));
});

test('a payload in a form is read as one in JSON', (t) => {
  const form = (ref: string): SignedCall => ({
    ...call('push', `payload=${encodeURIComponent(JSON.stringify({ ref }))}`),
    contentType: 'application/x-www-form-urlencoded',
  });
  t.true(concerns(form('refs/heads/main'), MAIN));
  t.false(concerns(form('refs/heads/other'), MAIN));
});

test('of a form nothing but a payload at its beginning is decoded', (t) => {
  const form = (body: string): boolean =>
    concerns({ ...call('push', body), contentType: 'application/x-www-form-urlencoded; charset=utf-8' }, MAIN);
  const other = `payload=${encodeURIComponent('{"ref": "refs/heads/other"}').replaceAll('%20', '+')}`;
  t.false(form(other));
  t.false(form(`${other}&a=%`));
  t.true(form(`a=b&${other}`));
  t.true(form('&'.repeat(1000)));
  t.true(form('payload=%'));
});
