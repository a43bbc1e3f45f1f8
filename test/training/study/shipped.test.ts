import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { loadStudy, shippedStudies, studyFile } from '../../../index.ts';
import { planStudy } from '../../../training/study/plan.ts';

describe('the shipped studies', () => {
  it.each(shippedStudies())('%s: every scenario of both sizes is one, and runs fit into it', (name) => {
    const input = loadStudy(name);
    const { value: file } = input.file;
    expect(file.study).toBe(name);
    for (const size of ['quick', 'full'] as const) {
      const plan = planStudy(input, { size, policies: [] });
      expect(plan.points[0]?.scenarios).toHaveLength(plan.columns.length);
    }
  });

  it.each(shippedStudies())('%s names the schema for editors', (name) => {
    const [first] = readFileSync(studyFile(name), 'utf8').split('\n');
    expect(first).toBe('# yaml-language-server: $schema=../../docs/study.schema.json');
  });

  it('are some', () => {
    expect(shippedStudies()).toContain('flash-detection');
  });
});
