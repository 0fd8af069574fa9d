import { metadataCommand } from './label/metadata-command.ts';

export const label = metadataCommand({ name: 'label', field: 'labels', done: 'labeled' });
