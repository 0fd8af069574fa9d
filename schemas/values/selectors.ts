/** Label and field selectors: read, match, write, and take apart for indexes. */
export { formatLabelSelector, matchesLabels, parseLabelSelector } from './selectors/label-selector.ts';
export {
  escapeFieldValue,
  formatFieldSelector,
  matchesFields,
  parseFieldSelector,
  requiredFieldValue,
} from './selectors/field-selector.ts';
export { SelectorError } from './selectors/requirement.ts';
export type { FieldRequirement, FieldSelector, LabelRequirement, LabelSelector } from './selectors/requirement.ts';
