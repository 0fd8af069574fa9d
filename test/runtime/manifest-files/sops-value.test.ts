import test from 'ava';
import { openValue } from '../../../runtime/manifest-files/decrypt/sops-value.ts';

/** The bytes 0 to 31. */
const key = Uint8Array.from({ length: 32 }, (_, index) => index);

// made by the cipher of sops 3 itself, with this key and the path a:b:
for (const [sealed, counted, written] of [
  [
    'ENC[AES256_GCM,data:f/kqqHe7T88=,iv:WI1lMeGKKwqh7rMIT9JI2e3AZKmzGx5K+M2Y9HLqHqw=,tag:Tq6VgSO3Bj5Ol4SPOe1T4Q==,type:str]',
    'text ü\n',
    '"text ü\\n"',
  ],
  [
    'ENC[AES256_GCM,data:vA==,iv:kD6xKQUGGnx+rvLjwlF5KWYWpAVuoiLXsv/WHp6WDlY=,tag:kA7qzCmZcvGP8uWVRNULzg==,type:int]',
    '5',
    '5',
  ],
  [
    'ENC[AES256_GCM,data:wiw=,iv:9Ai6NUaWjMKSLnDPdAMllSpivAKSva4BAC8DDlWvSZ8=,tag:OsxJhZD+MuOMHA6t4S+MtQ==,type:int]',
    '-7',
    '-7',
  ],
  [
    'ENC[AES256_GCM,data:bvh3Eya+pQnopw==,iv:4TfMU0jOWNDTEGnNVp9zngRNzSvGtORCg4M4HSJGjmo=,tag:pxXz/gwt4KItRSm9M7LP4w==,type:float]',
    '0.00000025',
    '0.00000025',
  ],
  [
    'ENC[AES256_GCM,data:c+FOmjvvAVw7dHXyWV7etcNLCBI5hQ==,iv:vPx/T76yDwxWoSdsRUAnIN53Kpneca1GxKk+2duVSBE=,tag:yAtuaW3lDoLHsjcTek+M+w==,type:float]',
    '1000000000000000000000',
    '1000000000000000000000',
  ],
  [
    'ENC[AES256_GCM,data:d2Ac2Q==,iv:w/i3hpEbB5mYfEaBNiD4f/XzNGS2YBOOBiMjDTDW25s=,tag:oIsSBCxXcy7DYY2WxUs7EQ==,type:bool]',
    'True',
    'true',
  ],
  [
    'ENC[AES256_GCM,data:r0iqIuE=,iv:MDA0VW5T03hXZkojDQr64OkxPImzVEA5pZK1s9SGp/g=,tag:dp1ru+Rx+RMZZFObht2ZUw==,type:bool]',
    'False',
    'false',
  ],
] as const) {
  test(`sops' own ${written} is opened`, (t) => {
    t.deepEqual(openValue(sealed, key, 'a:b:'), { counted, written });
    t.throws(() => openValue(sealed, key, 'a:c:'));
  });
}
