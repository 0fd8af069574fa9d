import type { PrinterColumn } from '../kind-definition.ts';

/** How long ago the object was made. */
export const ageColumn: PrinterColumn = { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' };
