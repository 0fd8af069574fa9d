import * as fc from 'fast-check';
import test from 'ava';
import { parseChallenge } from '../../../runtime/registry/challenge.ts';

test('a bearer challenge gives realm, service and scope', (t) => {
  t.deepEqual(parseChallenge('Bearer realm="https://auth/token",service="reg",scope="repository:a/b:pull,push"'), {
    scheme: 'bearer',
    realm: 'https://auth/token',
    service: 'reg',
    scope: 'repository:a/b:pull,push',
  });
});

test('of several challenges the bearer one is taken', (t) => {
  t.deepEqual(parseChallenge('Basic realm="x, y", Bearer realm="https://auth"'), {
    scheme: 'bearer',
    realm: 'https://auth',
  });
});

test('quoted pairs, unquoted values and odd spacing are read', (t) => {
  t.deepEqual(parseChallenge(String.raw`bearer realm="https://a/\"q\"" , service=plain`), {
    scheme: 'bearer',
    realm: 'https://a/"q"',
    service: 'plain',
  });
});

test('basic is recognised, everything else is not', (t) => {
  t.deepEqual(parseChallenge('BASIC realm="r"'), { scheme: 'basic' });
  t.is(parseChallenge('Negotiate'), undefined);
  t.is(parseChallenge('Bearer'), undefined);
  t.is(parseChallenge(undefined), undefined);
});

test('no header makes it hang or throw', (t) => {
  fc.assert(
    fc.property(fc.stringMatching(/^[Ba-z=",\\ ]{0,60}$/), (header) => {
      parseChallenge(header);
      return true;
    }),
    { numRuns: 2000 },
  );
  t.pass();
});
