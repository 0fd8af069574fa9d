import type { Images } from '../ports/images.ts';
import { translated } from './errors.ts';
import type { ImagesContext } from './images/context.ts';
import { contentOfImage } from './images/content-of.ts';
import { deleteImage } from './images/delete.ts';
import { holdImages } from './images/hold.ts';
import { loadImage } from './images/load.ts';
import { pullImage, resolveImage } from './images/pull.ts';
import { copyDirectory, readFiles } from './images/read-files.ts';
import { receiveImage } from './images/receive.ts';
import { getRecord, listRecords } from './images/record.ts';
import { verifyImage } from './images/verify.ts';

/** The Images port on containerd. */
export function createImages(context: ImagesContext): Images {
  return {
    list: (signal) => translated('list images', () => listRecords(context, signal)),
    get: (name, signal) => translated(`get image ${name}`, () => getRecord(context, name, signal)),
    resolve: (request, signal) =>
      translated(`resolve ${request.reference}`, () => resolveImage(context, request, signal)),
    pull: (request, progress, signal) =>
      translated(`pull ${request.reference}`, () => pullImage(context, request, progress, signal)),
    load: (request, progress, signal) =>
      translated(`load ${request.path}`, () => loadImage(context, request, progress, signal)),
    receive: (request, fill, progress, signal) =>
      translated(`receive image ${request.name}`, () => receiveImage(context, request, fill, progress, signal)),
    contentOf: (record) => contentOfImage(context, record),
    hold: (records, work) => translated('hold images', () => holdImages(context, records, work)),
    delete: (name) => translated(`delete image ${name}`, () => deleteImage(context, name)),
    verify: (record, signal) => translated(`verify image ${record.name}`, () => verifyImage(context, record, signal)),
    readFiles: (record, paths, signal) =>
      translated(`read files of image ${record.name}`, () => readFiles(context, record, paths, signal)),
    copyDirectory: (record, path, target, signal) =>
      translated(`copy ${path} of image ${record.name}`, () => copyDirectory(context, record, path, target, signal)),
  };
}
