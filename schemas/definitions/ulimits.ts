/** Limits of processes, of Containers and of the steps of Builds. */
import type { StructuralSchema } from '../structural/schema.ts';
import { integer, keyedList, object, string } from './fragments.ts';

/** getrlimit(2)'s, as ulimit(1) calls them. */
export const ULIMITS = [
  'as',
  'core',
  'cpu',
  'data',
  'fsize',
  'locks',
  'memlock',
  'msgqueue',
  'nice',
  'nofile',
  'nproc',
  'rss',
  'rtprio',
  'rttime',
  'sigpending',
  'stack',
] as const;

export const ulimits = (description: string): StructuralSchema =>
  keyedList(
    description,
    ['name'],
    object(
      'One limit.',
      {
        name: string('As in ulimit: nofile, nproc, core, …', { pattern: `^(${ULIMITS.join('|')})$` }),
        soft: integer('The limit; -1 is none.', { minimum: -1 }),
        hard: integer('The highest that a process may raise it to; default is `soft`. -1 is none.', { minimum: -1 }),
      },
      {
        required: ['name', 'soft'],
        'x-kubernetes-validations': [
          {
            rule: '!has(self.hard) || self.hard == -1 || (self.soft != -1 && self.soft <= self.hard)',
            message: 'soft is not above hard',
            fieldPath: '.soft',
          },
        ],
      },
    ),
    { maxItems: 32 },
  );
