import { type Alias, type Document, type Node, type Pair, isAlias, isMap, isScalar, isSeq } from 'yaml';
import { MAX_VALUES } from './limits.ts';
import { describeValue } from './problem.ts';

/** Ends the reading; `offset` counts characters from the start of the text. */
export type Refuse = (
  code: 'SCENARIO_SYNTAX' | 'SCENARIO_TOO_LARGE',
  offset: number,
  says: { readonly message: string; readonly hint?: string },
) => never;

export interface PlainValues {
  readonly value: unknown;
  /** What each alias stands for: the last node with that anchor before it. */
  readonly targets: ReadonlyMap<Node, Node>;
}

interface Converted {
  readonly value: unknown;
  /** Values in it once aliases are expanded. */
  readonly size: number;
}

type Field = Pair<Node, Node | null>;

/**
 * A parsed document as plain maps, lists and scalars. Aliases share the value they name, and the size they would have when
 * written out is summed up on the way, so a nest of aliases is refused before it costs anything.
 */
export function plainValues(document: Document.Parsed, refuse: Refuse): PlainValues {
  const named = new Map<string, { readonly node: Node; done?: Converted }>();
  const targets = new Map<Node, Node>();

  const convert = (node: Node | null): Converted => {
    if (node === null) return { value: null, size: 1 };
    if (isAlias(node)) return follow(node);
    const anchor = isScalar(node) || isMap(node) || isSeq(node) ? node.anchor : undefined;
    const entry: { readonly node: Node; done?: Converted } = { node };
    if (anchor !== undefined) named.set(anchor, entry);
    entry.done = isMap<Node, Node | null>(node)
      ? convertMap(node.items)
      : isSeq<Node>(node)
        ? convertList(node.items)
        : convertScalar(node);
    return entry.done;
  };

  const follow = (alias: Alias): Converted => {
    const { source } = alias;
    const entry = named.get(source);
    if (!entry) {
      const message = `Expected an anchor &${source} before the alias *${source}, found none.`;
      return refuse('SCENARIO_SYNTAX', offsetOf(alias), { message, hint: 'Put text that starts with * in quotes.' });
    }
    if (!entry.done) {
      const message = `Expected a value that ends, but the alias *${source} stands inside &${source} itself.`;
      return refuse('SCENARIO_SYNTAX', offsetOf(alias), { message, hint: 'Write the value out.' });
    }
    targets.set(alias, entry.node);
    return entry.done;
  };

  const convertMap = (items: readonly Field[]): Converted => {
    const fields = new Map<string, unknown>();
    let size = 1;
    for (const { key, value } of items) {
      const name = fieldName(key, refuse);
      if (fields.has(name)) {
        const message = `Expected each field of a map once, found '${name}' a second time.`;
        refuse('SCENARIO_SYNTAX', offsetOf(key), { message, hint: 'Remove or rename one of the two.' });
      }
      const child = convert(value);
      size = sum(size, child.size, key);
      fields.set(name, child.value);
    }
    // fromEntries makes own properties, `__proto__` included.
    return { value: Object.fromEntries(fields), size };
  };

  const convertList = (items: readonly Node[]): Converted => {
    const values: unknown[] = [];
    let size = 1;
    for (const item of items) {
      const child = convert(item);
      size = sum(size, child.size, item);
      values.push(child.value);
    }
    return { value: values, size };
  };

  const convertScalar = (node: Node): Converted => {
    const value: unknown = isScalar(node) ? node.value : undefined;
    if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
      return { value, size: 1 };
    }
    const message = `Expected text, a number, true or false, found ${describeValue(value)}.`;
    return refuse('SCENARIO_SYNTAX', offsetOf(node), { message, hint: 'Put it in quotes if it is meant as text.' });
  };

  const sum = (size: number, more: number, at: Node): number => {
    if (size + more <= MAX_VALUES) return size + more;
    return refuse('SCENARIO_TOO_LARGE', offsetOf(at), {
      message: `Expected at most ${MAX_VALUES} values once aliases are expanded, got more.`,
      hint: 'Aliases of aliases multiply: write the values out, or use fewer aliases.',
    });
  };

  return { value: convert(document.contents).value, targets };
}

/** First character of the node. */
export function offsetOf(node: Node): number {
  return node.range?.[0] ?? 0;
}

function fieldName(key: Node, refuse: Refuse): string {
  if (isScalar(key)) return String(key.value);
  const found = isAlias(key) ? 'an alias' : 'a map or list';
  return refuse('SCENARIO_SYNTAX', offsetOf(key), {
    message: `Expected a field name before the colon, found ${found}.`,
    hint: 'Put the name in quotes if it contains special characters.',
  });
}
