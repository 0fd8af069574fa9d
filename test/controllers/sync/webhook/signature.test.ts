import { createHmac } from 'node:crypto';
import test from 'ava';
import { checkSignature, type WebhookType } from '../../../../controllers/sync/webhook/signature.ts';

const TOKEN = "It's a Secret to Everybody";
const BODY = 'Hello, World!';
/** GitHub's documentation gives this signature for that body and that token. */
const SIGNED = '757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17';

function isTaken(type: WebhookType, headers: Readonly<Record<string, string>>, body = BODY): boolean {
  const check = checkSignature(type, TOKEN, (name) => headers[name]);
  if (check === undefined) return false;
  for (const part of [body.slice(0, 5), body.slice(5)]) check.update(Buffer.from(part));
  return check.matches();
}

test('the body is signed with the token, as each host writes it', (t) => {
  t.is(createHmac('sha256', TOKEN).update(BODY).digest('hex'), SIGNED);
  t.true(isTaken('GitHub', { 'x-hub-signature-256': `sha256=${SIGNED}` }));
  t.true(isTaken('Gitea', { 'x-gitea-signature': SIGNED }));
  t.true(isTaken('GenericHMAC', { 'x-signature': `sha256=${SIGNED}` }));
  t.true(isTaken('GitLab', { 'x-gitlab-token': TOKEN }));
  t.true(isTaken('Generic', {}));
});

test('another body, another token, another header and half a signature are no signature', (t) => {
  const other = SIGNED.replace('7', '8');
  for (const [type, headers, body] of [
    ['GitHub', { 'x-hub-signature-256': `sha256=${SIGNED}` }, 'Hello, Moon!!'],
    ['GitHub', { 'x-hub-signature-256': `sha256=${other}` }],
    ['GitHub', { 'x-hub-signature-256': SIGNED }],
    ['GitHub', { 'x-hub-signature-256': `sha256=${SIGNED.slice(0, 62)}` }],
    ['GitHub', { 'x-hub-signature-256': `sha256=${SIGNED}00` }],
    ['GitHub', { 'x-hub-signature-256': '' }],
    ['GitHub', { 'x-signature': `sha256=${SIGNED}` }],
    ['GitHub', {}],
    ['Gitea', { 'x-gitea-signature': `sha256=${SIGNED}` }],
    ['Gitea', {}],
    ['GenericHMAC', { 'x-signature': `sha1=${SIGNED}` }],
    ['GitLab', { 'x-gitlab-token': `${TOKEN} ` }],
    ['GitLab', { 'x-gitlab-token': '' }],
    ['GitLab', {}],
  ] as const)
    t.false(isTaken(type, headers, body), `${type} ${JSON.stringify(headers)}`);
});
