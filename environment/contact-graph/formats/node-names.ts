import type { PlanFormat } from './plan-formats.ts';

/**
 * Names that a plan gives to its numbered nodes, with the node of each: the comments `# node 5 = "london"` of our ION plans,
 * `nodeNames` of our HDTN plans, `node 5 london` of A-SABR. Of a name given twice the first counts. `text` is a plan that can be read.
 */
export function nodeNamesIn(text: string, format: PlanFormat): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  const add = (name: unknown, node: string): void => {
    if (typeof name === 'string' && !names.has(name)) names.set(name, node);
  };
  if (format === 'ion') {
    for (const [, node = '', quoted = ''] of text.matchAll(/^#[ \t]*node (\d+) = ("(?:[^"\\\r\n]|\\.)*")[ \t]*$/gm)) {
      add(textOf(quoted), node);
    }
  } else if (format === 'asabr') {
    for (const [, node = '', name] of text.matchAll(/^[ \t]*node[ \t]+(\d+)[ \t]+([^\s#]+)/gm)) add(name, node);
  } else if (format === 'hdtn' && text.includes('"nodeNames"')) {
    const { nodeNames } = JSON.parse(text) as { readonly nodeNames?: unknown };
    if (typeof nodeNames === 'object' && nodeNames !== null) {
      for (const [node, name] of Object.entries(nodeNames)) add(name, node);
    }
  }
  return names;
}

/** A comment may look like one of ours and hold no JSON string. */
function textOf(quoted: string): unknown {
  try {
    return JSON.parse(quoted);
  } catch {
    return undefined;
  }
}
