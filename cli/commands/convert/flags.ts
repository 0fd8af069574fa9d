import type { Flags } from '../../flags/flags.ts';

export const convertFlags = {
  filename: {
    type: 'texts',
    value: 'FILE',
    short: 'f',
    help: 'A Compose file; several are merged in their order. - is standard input. Default: compose.yaml or docker-compose.yml here or above, with its override file, or $COMPOSE_FILE.',
  },
  profile: {
    type: 'texts',
    value: 'NAME',
    commas: true,
    help: 'Enable services of a profile; * enables all. Also $COMPOSE_PROFILES.',
  },
  'env-file': {
    type: 'texts',
    value: 'FILE',
    help: 'Variables for ${NAME}, instead of .env of the project directory.',
  },
  'project-name': {
    type: 'text',
    value: 'NAME',
    short: 'p',
    help: 'Name of the project; default is what the file or the directory says.',
  },
  'project-directory': {
    type: 'text',
    value: 'DIR',
    help: 'What relative paths count from; default is the directory of the first file.',
  },
  namespace: {
    type: 'text',
    value: 'NAME',
    short: 'n',
    help: 'Write this namespace into all objects, and a Namespace before them. Give each project its own: names of services are names of Containers.',
  },
  output: {
    type: 'text',
    value: 'FORMAT',
    short: 'o',
    default: 'yaml',
    choices: ['yaml', 'json'],
    help: 'Form of the manifests.',
  },
  'output-dir': {
    type: 'text',
    value: 'DIR',
    help: 'Write a file for each object there, instead of standard output: container-web.yaml.',
  },
  report: {
    type: 'text',
    value: 'STYLE',
    default: 'full',
    choices: ['full', 'brief', 'none'],
    help: 'What standard error tells of keys: all, those that are not converted as they are, or nothing.',
  },
  strict: { type: 'boolean', help: 'Write nothing, and end with 1, when a key is not supported.' },
} as const satisfies Flags;
