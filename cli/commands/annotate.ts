import { metadataCommand } from './label/metadata-command.ts';

export const annotate = metadataCommand({ name: 'annotate', field: 'annotations', done: 'annotated' });
