import { type Document, type Node, LineCounter, isMap, isScalar, isSeq, parseDocument } from 'yaml';
import { type SourcePlace, SpaceCloudError } from '../../core/index.ts';
import type { FieldPath, PlaceOf } from './problem.ts';
import { checkYamlBudget } from './yaml-budget.ts';
import { type PlainValues, type Refuse, offsetOf, plainValues } from './yaml-values.ts';

/** A YAML file as plain values, with the place of each. */
export interface YamlSource {
  readonly value: unknown;
  readonly placeOf: (...field: Parameters<PlaceOf>) => SourcePlace;
}

/**
 * Reads YAML 1.2 (core schema), refusing files that are small on disk and huge in memory before they are expanded.
 * @throws SpaceCloudError SCENARIO_SYNTAX, SCENARIO_TOO_LARGE
 */
export function readYaml(text: string, file: string): YamlSource {
  checkYamlBudget(text, file);
  const lines = new LineCounter();
  const place = (offset: number): SourcePlace => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(1, line), column: Math.max(1, col) };
  };
  const refuse: Refuse = (code, offset, { message, hint }) => {
    throw new SpaceCloudError(code, message, { place: place(offset), ...(hint !== undefined && { hint }) });
  };
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    // A `%YAML 1.1` line would otherwise turn `no` into false and 10:00 into 600.
    schema: 'core',
    resolveKnownTags: false,
    // The library compares every name with every other; plainValues uses a table.
    uniqueKeys: false,
  });
  const [fault] = [...document.errors, ...document.warnings];
  if (fault) {
    const [offset] = fault.pos;
    if (fault.code === 'RESOURCE_EXHAUSTION') {
      refuse('SCENARIO_TOO_LARGE', offset, {
        message: 'Expected a scenario that fits the stack, got deeper nesting.',
        hint: 'The format itself needs six levels.',
      });
    }
    const message = `Expected well-formed YAML, got: ${fault.message}`;
    refuse('SCENARIO_SYNTAX', offset, { message, hint: HINTS[fault.code] ?? GENERAL_HINT });
  }
  const plain = plainValues(document, refuse);
  return { value: plain.value, placeOf: (path, atKey) => place(find(document, plain.targets, { path, atKey })) };
}

const GENERAL_HINT = 'Check quotes, brackets and colons here and on the line before.';

const HINTS: Readonly<Partial<Record<string, string>>> = {
  TAB_AS_INDENT: 'Indent with spaces; YAML allows no tabs there.',
  MULTIPLE_DOCS: 'Keep one scenario per file, without `---` between parts.',
  TAG_RESOLVE_FAILED: 'Scenarios use no tags: remove the word that starts with `!`.',
  BAD_INDENT: 'Fields of one map start in the same column, with spaces.',
  BLOCK_AS_IMPLICIT_KEY: 'Fields of one map start in the same column, each with its own colon.',
  MISSING_CHAR: 'Close the quote or bracket, or put the text in quotes.',
  UNEXPECTED_TOKEN: 'Put text with special characters in quotes.',
};

interface Wanted {
  readonly path: FieldPath;
  readonly atKey: boolean;
}

/** Walks to the field as far as it exists, through aliases to where the value is written. */
function find(document: Document.Parsed, targets: PlainValues['targets'], wanted: Wanted): number {
  let node: Node | null = document.contents;
  let keyOffset = 0;
  for (const step of wanted.path) {
    const holder: Node | null = node && (targets.get(node) ?? node);
    if (isMap<Node, Node | null>(holder)) {
      const pair = holder.items.find((item) => isScalar(item.key) && String(item.key.value) === step);
      if (!pair) return offsetOf(holder);
      keyOffset = offsetOf(pair.key);
      node = pair.value;
    } else if (isSeq<Node>(holder) && typeof step === 'number') {
      const item: Node | undefined = holder.items[step];
      if (!item) return offsetOf(holder);
      keyOffset = offsetOf(item);
      node = item;
    } else {
      return holder ? offsetOf(holder) : keyOffset;
    }
  }
  return wanted.atKey || node === null || isBlank(node) ? keyOffset : offsetOf(node);
}

/** A field without a value: a node of no width somewhere after the colon. */
function isBlank(node: Node): boolean {
  return node.range ? node.range[0] === node.range[1] : true;
}
